// Package config is the one list of what an operator decides: each setting has one name, which is a flag (--max-share),
// a variable (SAFELIGHT_MAX_SHARE), a line of the file (max-share = 2GB) and, where it makes sense there, a variable of
// the Worker. Options is that list; help text, API.md and the parsers are made from it.
//
// A flag wins over a variable, a variable over the file, the file over the default. Nothing is guessed: a name that is
// not in the list is an error that says which one was probably meant.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"safelight/server/wire"
)

// Config is every setting, parsed and checked.
type Config struct {
	Listen    string // host:port
	Data      string // folder of database, parts and keys
	Database  string // reserved: postgres://…
	Bucket    string // reserved: s3://…
	BasePath  string // "" or "/prefix", without a slash at the end
	Domain    string // automatic TLS for this name, or ""
	Pages     string // folder of built pages, or "" for those inside the program
	PublicURL string // where people reach the server, without base path and slash at the end, or ""

	Admit     string // "open" or "token"; Load fills in what follows from Listen
	TokenHash string // hexadecimal SHA-256 of a token that may create, beside those of the data folder; for the Worker

	MaxShare       int64         // bytes of one share, as stored
	CreatesPerHour int           // shares one address may create in an hour; 0 is no limit; Load fills in what follows from Listen
	MinFree        int64         // bytes of disk that stay free
	MaxExpiry      time.Duration // the longest a share may live
	DefaultExpiry  time.Duration // what the send page offers first
	MaxViews       int           // the largest view limit

	Brand        string // name on the pages, or ""
	Contact      string // address or URL for reports, or ""
	Proxies      []netip.Prefix
	ClientHeader string // header in which Proxies hand on the client's address

	listens bool // somebody said where to listen
}

// Sources are where settings come from, besides the defaults.
type Sources struct {
	Flags    map[string]string // by name, only those given
	Environ  []string          // as os.Environ returns it
	ReadFile func(name string) ([]byte, error)
}

// prefix begins the variables that belong to us.
const prefix = "SAFELIGHT_"

// createsPerHour is the default where others than this machine can reach the server.
const createsPerHour = 60

// foreign are variables with our prefix that others read: the command line client, and the tests that go tool task runs.
var foreign = map[string]bool{
	"SAFELIGHT_SERVER": true, "SAFELIGHT_TOKEN": true,
	"SAFELIGHT_CORPUS": true, "SAFELIGHT_KILLS": true, "SAFELIGHT_POWER_CUTS": true, "SAFELIGHT_LOAD": true, "SAFELIGHT_BIG": true,
}

// Load returns the settings of s.
func Load(s Sources) (Config, error) {
	vars, err := variables(s.Environ)
	if err != nil {
		return Config{}, err
	}
	file := s.Flags["config"]
	if file == "" {
		file = vars["config"]
	}
	lines, err := readFile(s.ReadFile, file)
	if err != nil {
		return Config{}, err
	}
	var c Config
	for _, o := range Options {
		value, from := o.Default, "default"
		for _, src := range []struct {
			from   string
			values map[string]string
		}{{"config file", lines}, {"environment", vars}, {"flag", s.Flags}} {
			if v, ok := src.values[o.Name]; ok {
				value, from = v, src.from
			}
		}
		if err := o.set(&c, value); err != nil {
			return Config{}, fmt.Errorf("%s (%s): %w", o.Name, from, err)
		}
		c.listens = c.listens || o.Name == "listen" && from != "default"
	}
	return c, c.check()
}

// Worker returns the settings that lookup, the Worker's variables, gives. Only options marked Worker are asked for.
func Worker(lookup func(name string) (string, bool)) (Config, error) {
	var c Config
	for _, o := range Options {
		value := o.Default
		if v, ok := lookup(o.Variable()); ok && o.Worker {
			value = v
		}
		if err := o.set(&c, value); err != nil {
			return Config{}, fmt.Errorf("%s: %w", o.Variable(), err)
		}
	}
	c.Listen = "" // nobody listens, and certainly not on loopback
	return c, c.check()
}

// check settles what one setting means for another.
func (c *Config) check() error {
	if c.Database != "" {
		return errors.New("database: PostgreSQL is not in this build yet; leave it out to use SQLite below the data folder")
	}
	if c.Bucket != "" {
		return errors.New("bucket: S3 is not in this build yet; leave it out to keep parts below the data folder")
	}
	if c.DefaultExpiry > c.MaxExpiry {
		return errors.New("default-expiry: longer than max-expiry")
	}
	if len(c.Proxies) > 0 && c.ClientHeader == "" {
		return errors.New("trusted-proxies: say with client-header which header they put the address in")
	}
	if c.Admit == "" {
		c.Admit = "token"
		if c.Loopback() && c.Domain == "" && len(c.Proxies) == 0 {
			c.Admit = "open"
		}
	}
	if c.CreatesPerHour < 0 {
		c.CreatesPerHour = createsPerHour
		if c.Loopback() && c.Domain == "" && len(c.Proxies) == 0 {
			c.CreatesPerHour = 0
		}
	}
	return nil
}

// Loopback reports whether only this machine can reach the server.
func (c *Config) Loopback() bool {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// OpensPerHour is how often an address may open one share that keeps an access log; 0 is no limit.
func (c *Config) OpensPerHour() int {
	if c.CreatesPerHour == 0 {
		return 0
	}
	return wire.LoggedOpens
}

// Placed reports whether a setting says where people reach the server. The default of listen is a guess.
func (c *Config) Placed() bool { return c.PublicURL != "" || c.Domain != "" || c.listens }

// Origin returns where people reach the server when it is bound to addr: scheme, host and base path, ending in a slash.
func (c *Config) Origin(addr string) string {
	base := c.PublicURL
	switch {
	case base != "":
	case c.Domain != "":
		base = "https://" + c.Domain
	default:
		base = "http://" + addr
	}
	return base + c.BasePath + "/"
}

// variables picks ours out of environ, by option name.
func variables(environ []string) (map[string]string, error) {
	vars := map[string]string{}
	for _, kv := range environ {
		key, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(key, prefix) || foreign[key] {
			continue
		}
		o := byVariable(key)
		if o == nil {
			return nil, unknown("variable", key, func(o Option) string { return o.Variable() })
		}
		vars[o.Name] = value
	}
	return vars, nil
}

// readFile parses lines of the form "name = value"; # begins a comment line.
func readFile(read func(string) ([]byte, error), name string) (map[string]string, error) {
	if name == "" {
		return nil, nil
	}
	b, err := read(name)
	if err != nil {
		return nil, fmt.Errorf("read the config file: %w", err)
	}
	values := map[string]string{}
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		if !ok {
			return nil, fmt.Errorf("config file, line %d: want name = value", i+1)
		}
		if byName(key) == nil || key == "config" {
			return nil, fmt.Errorf("config file, line %d: %w", i+1, Unknown(key))
		}
		if _, twice := values[key]; twice {
			return nil, fmt.Errorf("config file, line %d: %s is set twice", i+1, key)
		}
		values[key] = strings.TrimSpace(value)
	}
	return values, nil
}

// parseURL accepts scheme://host[:port] and nothing behind it.
func parseURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.TrimSuffix(u.Path, "/") != "" ||
		u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", errors.New("want https://host or http://host:port; the path belongs into base-path")
	}
	return u.Scheme + "://" + u.Host, nil
}
