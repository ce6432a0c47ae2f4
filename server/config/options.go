package config

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"safelight/server/wire"
)

// Option is one setting.
type Option struct {
	Name    string // as a flag and in the file
	Arg     string // what its value looks like
	Default string
	Help    string
	Worker  bool // also read by the Worker
	set     func(c *Config, value string) error
}

// Variable returns the name of o in the environment.
func (o Option) Variable() string {
	return prefix + strings.ToUpper(strings.ReplaceAll(o.Name, "-", "_"))
}

// Options is the list, in the order of the help text.
var Options = []Option{
	{"listen", "HOST:PORT", "127.0.0.1:8080", "address to listen on; port 0 picks a free one", false, setListen},
	{"data", "DIR", "data", "folder for the database, the parts and the keys", false, text(func(c *Config) *string { return &c.Data })},
	{"config", "FILE", "", "file with lines of the form name = value", false, func(*Config, string) error { return nil }},
	{"domain", "NAME", "", "serve HTTPS on :443 for this name with a certificate from Let's Encrypt, and redirect :80", false, setDomain},
	{"base-path", "/PREFIX", "", "serve everything below this path", true, setBasePath},
	{"public-url", "URL", "", "where people reach the server when a proxy stands in front, such as https://photos.example", true, setPublicURL},
	{"admit", "open|token", "", "who may create shares: everybody, or who has a token (default: open on loopback, else token)", true, setAdmit},
	{"admit-token-hash", "HEX", "", "SHA-256 of a token that may create, beside those in the data folder", true, setTokenHash},
	{"max-share", "SIZE", "2GB", "largest share, as stored", true, size(func(c *Config) *int64 { return &c.MaxShare }, 1e6)},
	{"creates-per-hour", "N", "", "shares, and mailboxes, that one address may create in an hour; as many knocks, and as many posts; 0 is no limit (default: 60, and no limit on loopback)", true, setCreates},
	{"min-free", "SIZE", "1GB", "free disk space that uploads leave", false, size(func(c *Config) *int64 { return &c.MinFree }, 0)},
	{"max-expiry", "TIME", "90d", "longest life of a share", true, setMaxExpiry},
	{"default-expiry", "TIME", "7d", "life that the send page offers first", true, setDefaultExpiry},
	{"max-views", "N", "1000", "largest view limit, at most 20000: every view that was taken is remembered", true, number(func(c *Config) *int { return &c.MaxViews }, 1, wire.MaxViews)},
	{"brand", "NAME", "", "name of this service on its pages", true, line(func(c *Config) *string { return &c.Brand })},
	{"contact", "TEXT", "", "mail address or URL for reports, shown on the pages", true, line(func(c *Config) *string { return &c.Contact })},
	{"trusted-proxies", "CIDR,…", "", "networks whose client-header is believed; the address is used for limits and kept nowhere", false, setProxies},
	{"client-header", "NAME", "", "header with the client's address, such as X-Forwarded-For; its last entry from outside counts", false, setClientHeader},
	{"pages", "DIR", "", "serve the pages from this folder instead of those inside the program; for development", false, text(func(c *Config) *string { return &c.Pages })},
	{"database", "URL", "", "reserved for PostgreSQL; not in this build yet", false, text(func(c *Config) *string { return &c.Database })},
	{"bucket", "URL", "", "reserved for S3; not in this build yet", false, text(func(c *Config) *string { return &c.Bucket })},
}

func byName(name string) *Option {
	for i := range Options {
		if Options[i].Name == name {
			return &Options[i]
		}
	}
	return nil
}

func byVariable(name string) *Option {
	for i := range Options {
		if Options[i].Variable() == name {
			return &Options[i]
		}
	}
	return nil
}

func text(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, v string) error {
		*field(c) = v
		return nil
	}
}

// line is text that appears on a page: one line, no control characters, short.
func line(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, v string) error {
		if len(v) > 200 || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return errors.New("want one line of at most 200 bytes")
		}
		*field(c) = v
		return nil
	}
}

func size(field func(*Config) *int64, least int64) func(*Config, string) error {
	return func(c *Config, v string) error {
		n, err := ParseSize(v)
		if err == nil && n < least {
			err = fmt.Errorf("want at least %dMB", least/1e6)
		}
		*field(c) = n
		return err
	}
}

func number(field func(*Config) *int, least, most int) func(*Config, string) error {
	return func(c *Config, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < least || n > most {
			return fmt.Errorf("want a number from %d to %d", least, most)
		}
		*field(c) = n
		return nil
	}
}

func setCreates(c *Config, v string) error {
	if v == "" {
		c.CreatesPerHour = -1 // check decides
		return nil
	}
	return number(func(c *Config) *int { return &c.CreatesPerHour }, 0, 1_000_000)(c, v)
}

func setMaxExpiry(c *Config, v string) (err error) {
	c.MaxExpiry, err = ParseDuration(v)
	return err
}

func setDefaultExpiry(c *Config, v string) (err error) {
	c.DefaultExpiry, err = ParseDuration(v)
	return err
}

func setListen(c *Config, v string) error {
	if _, _, err := net.SplitHostPort(v); err != nil {
		return errors.New("want HOST:PORT, such as 127.0.0.1:8080 or :8080")
	}
	c.Listen = v
	return nil
}

func setDomain(c *Config, v string) error {
	if strings.ContainsAny(v, "/: ") {
		return errors.New("want a bare name, such as photos.example")
	}
	c.Domain = strings.ToLower(v)
	return nil
}

func setBasePath(c *Config, v string) error {
	v = strings.TrimSuffix(v, "/")
	ok := v == "" || v[0] == '/' && !strings.Contains(v, "//") && !strings.Contains(v, "/.")
	if !ok || strings.ContainsFunc(v, func(r rune) bool { return !strings.ContainsRune(pathRunes, r) }) {
		return errors.New("want a path such as /photos, of letters, digits and - . _ ~")
	}
	c.BasePath = v
	return nil
}

const pathRunes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"

func setPublicURL(c *Config, v string) (err error) {
	if v == "" {
		return nil
	}
	c.PublicURL, err = parseURL(v)
	return err
}

func setAdmit(c *Config, v string) error {
	if v != "" && v != "open" && v != "token" {
		return errors.New("want open or token")
	}
	c.Admit = v
	return nil
}

func setTokenHash(c *Config, v string) error {
	if b, err := hex.DecodeString(v); err != nil || (len(b) != 0 && len(b) != 32) {
		return errors.New("want 64 hexadecimal digits")
	}
	c.TokenHash = v
	return nil
}

func setProxies(c *Config, v string) error {
	c.Proxies = nil
	for _, s := range strings.Split(v, ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, aerr := netip.ParseAddr(s)
			if aerr != nil {
				return errors.New("want networks such as 10.0.0.0/8, or addresses, with commas between")
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		c.Proxies = append(c.Proxies, p.Masked())
	}
	return nil
}

func setClientHeader(c *Config, v string) error {
	if strings.ContainsAny(v, " :\t") {
		return errors.New("want the name of a header")
	}
	c.ClientHeader = v
	return nil
}
