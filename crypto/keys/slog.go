//go:build !js

package keys

import "log/slog"

// LogValue keeps secrets out of logs. The engine writes none, and would carry 50 kB of log/slog for it.
func (redacted) LogValue() slog.Value { return slog.StringValue("redacted") }
