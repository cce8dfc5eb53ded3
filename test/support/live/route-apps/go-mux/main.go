// Answers with the name of the route that Go's ServeMux chose.
package main

import (
	"fmt"
	"net"
	"net/http"
)

func main() {
	mux := http.NewServeMux()
	for _, name := range []string{"public", "closed", "orders", "items"} {
		mux.HandleFunc("/"+name+"/", func(writer http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(writer, "route %s", name)
		})
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("port %d\n", listener.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(listener, mux))
}
