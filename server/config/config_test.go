package config

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func load(flags map[string]string, environ []string, file string) (Config, error) {
	if file != "" {
		if flags == nil {
			flags = map[string]string{}
		}
		flags["config"] = "f"
	}
	return Load(Sources{Flags: flags, Environ: environ, ReadFile: func(string) ([]byte, error) { return []byte(file), nil }})
}

func TestOrder(t *testing.T) {
	file := "# comment\n\nmax-views = 5\nbrand = From = file \nmax-expiry=30d\n"
	c, err := load(map[string]string{"max-views": "7"}, []string{"HOME=/", "SAFELIGHT_MAX_VIEWS=6", "SAFELIGHT_MAX_EXPIRY=20d"}, file)
	if err != nil {
		t.Fatal(err)
	}
	if c.MaxViews != 7 || c.MaxExpiry != 20*day || c.Brand != "From = file" || c.MaxShare != 2e9 {
		t.Errorf("Load = %d views, %v, %q, %d; want 7 (flag), 20d (environment), %q (file), 2e9 (default)",
			c.MaxViews, c.MaxExpiry, c.Brand, c.MaxShare, "From = file")
	}
}

func TestAccepted(t *testing.T) {
	for _, tt := range []struct {
		flag, value string
		environ     []string
	}{
		{"max-share", "1MB", nil},
		{"min-free", "0", nil},
		{"max-views", "20000", nil},
		{"brand", "of the client", []string{"SAFELIGHT_SERVER=https://h", "SAFELIGHT_TOKEN=x"}},
		{"brand", "of the tests", []string{"SAFELIGHT_CORPUS=/photos", "SAFELIGHT_KILLS=9", "SAFELIGHT_POWER_CUTS=9", "SAFELIGHT_LOAD=9s", "SAFELIGHT_BIG=1"}},
	} {
		if _, err := load(map[string]string{tt.flag: tt.value}, tt.environ, ""); err != nil {
			t.Errorf("%s %s: %v", tt.flag, tt.value, err)
		}
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		name    string
		flags   map[string]string
		environ []string
		file    string
		want    string
	}{
		{"variable", nil, []string{"SAFELIGHT_LISTN=x"}, "", `unknown variable "SAFELIGHT_LISTN"; did you mean SAFELIGHT_LISTEN?`},
		{"file", nil, nil, "max-veiws = 3", `config file, line 1: unknown setting "max-veiws"; did you mean max-views?`},
		{"file without value", nil, nil, "\nmax-views", "config file, line 2: want name = value"},
		{"file twice", nil, nil, "brand = a\nbrand = b", "config file, line 2: brand is set twice"},
		{"file in file", nil, nil, "config = other", `config file, line 1: unknown setting "config"; did you mean config?`},
		{"nonsense", nil, nil, "zzzzzz = 1", `config file, line 1: unknown setting "zzzzzz"`},
		{"expiry", map[string]string{"max-expiry": "7"}, nil, "", "max-expiry (flag): want a time such as 90m, 12h or 7d"},
		{"size", nil, []string{"SAFELIGHT_MAX_SHARE=lots"}, "", "max-share (environment): want a size such as 10MB or 2GB"},
		{"too small", map[string]string{"max-share": "1kB"}, nil, "", "max-share (flag): want at least 1MB"},
		{"more views than can be counted", map[string]string{"max-views": "20001"}, nil, "", "max-views (flag): want a number from 1 to 20000"},
		{"no views", nil, []string{"SAFELIGHT_MAX_VIEWS=0"}, "", "max-views (environment): want a number from 1 to 20000"},
		{"order of expiries", map[string]string{"max-expiry": "1d"}, nil, "", "default-expiry: longer than max-expiry"},
		{"database", map[string]string{"database": "postgres://x"}, nil, "", "database: PostgreSQL is not in this build yet; leave it out to use SQLite below the data folder"},
		{"bucket", map[string]string{"bucket": "s3://x"}, nil, "", "bucket: S3 is not in this build yet; leave it out to keep parts below the data folder"},
		{"base path", map[string]string{"base-path": "photos"}, nil, "", "base-path (flag): want a path such as /photos, of letters, digits and - . _ ~"},
		{"base path with #", map[string]string{"base-path": "/a#b"}, nil, "", "base-path (flag): want a path such as /photos, of letters, digits and - . _ ~"},
		{"proxies without header", map[string]string{"trusted-proxies": "10.0.0.0/8"}, nil, "", "trusted-proxies: say with client-header which header they put the address in"},
		{"admit", map[string]string{"admit": "all"}, nil, "", "admit (flag): want open or token"},
		{"public url", map[string]string{"public-url": "https://h/x"}, nil, "", "public-url (flag): want https://host or http://host:port; the path belongs into base-path"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(tt.flags, tt.environ, tt.file)
			if err == nil || err.Error() != tt.want {
				t.Errorf("Load = %v, want %s", err, tt.want)
			}
		})
	}
	_, err := Load(Sources{Flags: map[string]string{"config": "x"}, ReadFile: func(string) ([]byte, error) { return nil, errors.New("no") }})
	if err == nil || err.Error() != "read the config file: no" {
		t.Errorf("Load with an unreadable file = %v", err)
	}
}

func TestAdmitFollowsListen(t *testing.T) {
	tests := []struct {
		name  string
		flags map[string]string
		want  string
	}{
		{"default", nil, "open"},
		{"loopback 6", map[string]string{"listen": "[::1]:80"}, "open"},
		{"localhost", map[string]string{"listen": "localhost:80"}, "open"},
		{"everywhere", map[string]string{"listen": "0.0.0.0:8080"}, "token"},
		{"no host", map[string]string{"listen": ":8080"}, "token"},
		{"explicitly open", map[string]string{"listen": ":8080", "admit": "open"}, "open"},
		{"behind a proxy", map[string]string{"trusted-proxies": "127.0.0.1", "client-header": "X-Forwarded-For"}, "token"},
		{"domain", map[string]string{"domain": "photos.example"}, "token"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := load(tt.flags, nil, "")
			if err != nil || c.Admit != tt.want {
				t.Errorf("Admit = %q, %v, want %q", c.Admit, err, tt.want)
			}
			if (c.OpensPerHour() == 0) != (c.CreatesPerHour == 0) {
				t.Errorf("%d opens an hour with %d creates", c.OpensPerHour(), c.CreatesPerHour)
			}
			if limit := c.CreatesPerHour; (limit == 0) != (tt.want == "open" && tt.name != "explicitly open") {
				t.Errorf("%d creates an hour", limit)
			}
		})
	}
}

func TestWorker(t *testing.T) {
	vars := map[string]string{"SAFELIGHT_MAX_VIEWS": "9", "SAFELIGHT_MIN_FREE": "nonsense, and not asked for"}
	c, err := Worker(func(n string) (string, bool) { v, ok := vars[n]; return v, ok })
	if err != nil || c.MaxViews != 9 || c.Admit != "token" || c.CreatesPerHour != 60 || c.MinFree != 1e9 {
		t.Errorf("Worker = %d views, %q, %d free, %v; want 9, token, the default", c.MaxViews, c.Admit, c.MinFree, err)
	}
}

func TestParse(t *testing.T) {
	durations := map[string]time.Duration{"90m": 90 * time.Minute, "12h": 12 * time.Hour, "7d": 7 * day, "45s": 45 * time.Second,
		"": 0, "7": 0, "-1d": 0, "0d": 0, "1.5h": 0, "d": 0, "99999999d": 0, "7D": 0}
	for in, want := range durations {
		if got, err := ParseDuration(in); got != want || (err == nil) != (want != 0) {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
	sizes := map[string]int64{"10MB": 1e7, "2GB": 2e9, "8MiB": 8 << 20, "512kB": 512e3, "77": 77, "5B": 5, "1TB": 1e12,
		"": -1, "MB": -1, "-5MB": -1, "1.5GB": -1, "9999999999TB": -1, "10mb": -1}
	for in, want := range sizes {
		if got, err := ParseSize(in); (want >= 0 && got != want) || (err == nil) != (want >= 0) {
			t.Errorf("ParseSize(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
}

func TestOptionsAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range Options {
		if seen[o.Name] || o.Help == "" || o.Arg == "" || strings.ToLower(o.Name) != o.Name || o.set == nil {
			t.Errorf("option %q is twice there or not whole", o.Name)
		}
		seen[o.Name] = true
	}
	for _, name := range []string{"listen", "data", "database", "bucket", "base-path", "domain", "admit", "config"} {
		if !seen[name] {
			t.Errorf("option %s is gone; scripts rely on it", name)
		}
	}
}

func TestOrigin(t *testing.T) {
	tests := []struct {
		c    Config
		want string
	}{
		{Config{}, "http://127.0.0.1:80/"},
		{Config{BasePath: "/p"}, "http://127.0.0.1:80/p/"},
		{Config{Domain: "a.example"}, "https://a.example/"},
		{Config{Domain: "a.example", PublicURL: "https://b.example"}, "https://b.example/"},
	}
	for _, tt := range tests {
		if got := tt.c.Origin("127.0.0.1:80"); got != tt.want {
			t.Errorf("Origin = %q, want %q", got, tt.want)
		}
	}
}
