package wire

import "time"

// Who may create shares.
const (
	AdmitOpen  = "open"
	AdmitToken = "token"
)

// Site is the JSON document of GET site: what the operator decides and shows.
type Site struct {
	API     int        `json:"api"`     // 1
	Version string     `json:"version"` // of the server
	Admit   string     `json:"admit"`   // AdmitOpen or AdmitToken
	Brand   string     `json:"brand"`   // or ""
	Contact string     `json:"contact"` // mail address or URL for reports, or ""
	Limits  SiteLimits `json:"limits"`
}

// SiteLimits are numbers that clients keep to. Sizes are in bytes of what is stored, times in seconds.
type SiteLimits struct {
	ShareBytes    int64   `json:"shareBytes"`
	MinPartSize   int     `json:"minPartSize"`
	MaxPartSize   int     `json:"maxPartSize"`
	Views         int     `json:"views"`         // largest view limit
	Expiry        int64   `json:"expiry"`        // longest time from now until a share expires
	DefaultExpiry int64   `json:"defaultExpiry"` // what a page offers first
	ExpiryPresets []int64 `json:"expiryPresets"` // ascending, none over Expiry, DefaultExpiry among them
}

// NewSiteLimits fills in what follows from the operator's four decisions.
func NewSiteLimits(shareBytes int64, views int, maxExpiry, defaultExpiry time.Duration) SiteLimits {
	l := SiteLimits{
		ShareBytes:    shareBytes,
		MinPartSize:   MinPartSize,
		MaxPartSize:   MaxPartSize,
		Views:         views,
		Expiry:        int64(maxExpiry / time.Second),
		DefaultExpiry: int64(defaultExpiry / time.Second),
	}
	l.ExpiryPresets = presets(l.Expiry, l.DefaultExpiry)
	return l
}

// presets are the usual times that fit, and the default in its place.
func presets(longest, first int64) []int64 {
	const minute, hour, day = 60, 3600, 24 * 3600
	var p []int64
	for _, s := range []int64{10 * minute, hour, day, 7 * day, 30 * day, 90 * day} {
		if first < s && (len(p) == 0 || p[len(p)-1] < first) {
			p = append(p, first)
		}
		if s <= longest {
			p = append(p, s)
		}
	}
	if len(p) == 0 || p[len(p)-1] < first {
		p = append(p, first)
	}
	return p
}
