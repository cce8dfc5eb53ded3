// The service that a team writes when its proxy cannot judge tokens: net/http, golang-jwt and keyfunc. It does what
// Warder does at /v1/auth/nginx: it finds the route of the original request, verifies the token, checks its claims,
// and answers with identity headers. Like most such services it remembers nothing and logs nothing.
//
// Arguments: the port, the file of the JWK Set, the algorithm, the issuer, the audience.
package main

import (
	"crypto/rand"
	"errors"
	"log"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

type claims struct {
	jwt.RegisteredClaims
	Scope         string `json:"scope"`
	EmailVerified bool   `json:"email_verified"`
	RealmAccess   struct {
		Roles []string `json:"roles"`
	} `json:"realm_access"`
}

// Validate is called by the parser after the registered claims.
func (c *claims) Validate() error {
	if !slices.Contains(strings.Fields(c.Scope), "orders:read") {
		return errors.New("scope")
	}
	if !c.EmailVerified {
		return errors.New("email_verified")
	}
	return nil
}

func main() {
	port, keyFile, algorithm, issuer, audience := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	set, err := os.ReadFile(keyFile)
	if err != nil {
		log.Fatal(err)
	}
	keys, err := keyfunc.NewJWKSetJSON(set)
	if err != nil {
		log.Fatal(err)
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{algorithm}),
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithExpirationRequired(),
	)
	http.HandleFunc("/v1/auth/nginx", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Decision-Id", rand.Text())
		if !isRouted(r.Header) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		token, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		var verified claims
		_, err := parser.ParseWithClaims(token, &verified, keys.Keyfunc)
		if !isBearer || err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("X-Auth-Subject", verified.Subject)
		w.Header().Set("X-Auth-Roles", strings.Join(verified.RealmAccess.Roles, ","))
		w.WriteHeader(http.StatusOK)
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+port, nil))
}

// isRouted tells whether the one route has the original request.
func isRouted(header http.Header) bool {
	original, err := url.Parse(header.Get("X-Original-URL"))
	return err == nil && header.Get("X-Original-Method") != "" &&
		original.Host == "api.bench.example" && strings.HasPrefix(original.Path, "/service-0/")
}
