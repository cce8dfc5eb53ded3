module warder.test/go-mux

go 1.22
