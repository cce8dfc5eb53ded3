// Reads logfmt from standard input, and prints each line as a JSON object; ends with 1 at the first line that is none.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/go-logfmt/logfmt"
)

func main() {
	decoder := logfmt.NewDecoder(os.Stdin)
	encoder := json.NewEncoder(os.Stdout)
	for decoder.ScanRecord() {
		pairs := [][2]string{}
		for decoder.ScanKeyval() {
			pairs = append(pairs, [2]string{string(decoder.Key()), string(decoder.Value())})
		}
		if decoder.Err() != nil {
			break
		}
		encoder.Encode(pairs)
	}
	if err := decoder.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
