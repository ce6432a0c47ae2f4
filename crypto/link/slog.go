//go:build !js

package link

import "log/slog"

// LogValue keeps a code out of logs. The engine writes none, and would carry 50 kB of log/slog for it.
func (Code) LogValue() slog.Value { return slog.StringValue("redacted") }
