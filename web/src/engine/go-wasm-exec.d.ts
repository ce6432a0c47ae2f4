// The runtime support that comes with the Go compiler; the build says where it lies. It defines globalThis.Go.
declare module "go-wasm-exec" {}
