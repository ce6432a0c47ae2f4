//go:build !js

package keys

import (
	"log/slog"
	"strings"
	"testing"
)

func TestRedactedInLogs(t *testing.T) {
	for _, v := range secrets() {
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", v)
		if !strings.Contains(log.String(), `"secret":"redacted"`) {
			t.Errorf("slog of %T = %s", v, log.String())
		}
	}
}
