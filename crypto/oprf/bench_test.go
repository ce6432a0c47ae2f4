package oprf

import "testing"

// BenchmarkEvaluate is what a guess costs the server. It may not take more than 0.3 ms: it is done for whoever has the link.
func BenchmarkEvaluate(b *testing.B) {
	k, err := GenerateKey()
	if err != nil {
		b.Fatal(err)
	}
	blinded, err := Blind([]byte("a guess"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Evaluate(k, blinded.Element[:]); err != nil {
			b.Fatal(err)
		}
	}
}
