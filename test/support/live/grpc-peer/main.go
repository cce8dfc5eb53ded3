// A gRPC peer on grpc-go: `server` prints its port, `client ADDRESS` one JSON line for each call.
//
// Messages are raw bytes. The methods are those of ../grpc_peer.py.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const maxMessage = 64 << 20

// Passes messages on as they are.
type raw struct{}

func (raw) Name() string                  { return "proto" }
func (raw) Marshal(v any) ([]byte, error) { return *(v.(*[]byte)), nil }
func (raw) Unmarshal(data []byte, v any) error {
	*(v.(*[]byte)) = bytes.Clone(data)
	return nil
}

var cancelled atomic.Int64

func handle(_ any, stream grpc.ServerStream) error {
	name, _ := grpc.MethodFromServerStream(stream)
	ctx := stream.Context()
	md, _ := metadata.FromIncomingContext(ctx)
	var in []byte
	switch name[strings.LastIndex(name, "/")+1:] {
	case "Unary":
		stream.SetHeader(metadata.Pairs("x-head", "h1", "x-bin-bin", "\x00\xff"))
		stream.SetTrailer(metadata.Pairs("x-trail", "t1"))
		if err := stream.RecvMsg(&in); err != nil {
			return err
		}
		return stream.SendMsg(&in)
	case "Metadata":
		if err := stream.RecvMsg(&in); err != nil {
			return err
		}
		out, _ := json.Marshal(md)
		return stream.SendMsg(&out)
	case "Down":
		if err := stream.RecvMsg(&in); err != nil {
			return err
		}
		n, _ := strconv.Atoi(string(in))
		for i := range n {
			out := []byte(strconv.Itoa(i))
			if err := stream.SendMsg(&out); err != nil {
				return err
			}
		}
		return nil
	case "Up":
		n, size := 0, 0
		for {
			if err := stream.RecvMsg(&in); err == io.EOF {
				out := fmt.Appendf(nil, "%d %d", n, size)
				return stream.SendMsg(&out)
			} else if err != nil {
				return err
			}
			n++
			size += len(in)
		}
	case "Bidi":
		for {
			if err := stream.RecvMsg(&in); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
			if err := stream.SendMsg(&in); err != nil {
				return err
			}
		}
	case "Fail":
		return status.Error(codes.FailedPrecondition, "not now: ä % done")
	case "FailEarly":
		stream.RecvMsg(&in)
		return status.Error(codes.ResourceExhausted, "enough")
	case "Wait":
		<-ctx.Done()
		cancelled.Add(1)
		return ctx.Err()
	case "Cancelled":
		if err := stream.RecvMsg(&in); err != nil {
			return err
		}
		out := []byte(strconv.FormatInt(cancelled.Load(), 10))
		return stream.SendMsg(&out)
	}
	return status.Error(codes.Unimplemented, name)
}

func serve(args []string) {
	flags := flag.NewFlagSet("server", flag.ExitOnError)
	cert := flags.String("cert", "", "")
	key := flags.String("key", "", "")
	flags.Parse(args)
	opts := []grpc.ServerOption{
		grpc.ForceServerCodec(raw{}), grpc.UnknownServiceHandler(handle),
		grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage),
	}
	if *cert != "" {
		creds, err := credentials.NewServerTLSFromFile(*cert, *key)
		check(err)
		opts = append(opts, grpc.Creds(creds))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	check(grpc.NewServer(opts...).Serve(listener))
}

type result struct {
	Name string `json:"name"`
	Code string `json:"code"`
	Text string `json:"text"`
}

type client struct {
	conn  *grpc.ClientConn
	token string
}

func (c client) ctx(timeout time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	if c.token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+c.token)
	}
	return ctx, cancel
}

var both = &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}

func (c client) unary(method string, in []byte, opts ...grpc.CallOption) ([]byte, error) {
	ctx, cancel := c.ctx(20 * time.Second)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "x-own", "1", "x-auth-subject", "root")
	var out []byte
	err := c.conn.Invoke(ctx, "/test.Peer/"+method, &in, &out, opts...)
	return out, err
}

func (c client) stream(method string, timeout time.Duration) (grpc.ClientStream, context.CancelFunc) {
	ctx, cancel := c.ctx(timeout)
	stream, err := c.conn.NewStream(ctx, both, "/test.Peer/"+method)
	check(err)
	return stream, cancel
}

func drain(stream grpc.ClientStream) (n int, last string, err error) {
	var in []byte
	for {
		if err = stream.RecvMsg(&in); err != nil {
			return
		}
		n++
		last = string(in)
	}
}

func first(md metadata.MD, name string) string {
	if values := md.Get(name); len(values) == 1 {
		return values[0]
	}
	return "?"
}

func codeOf(err error) string {
	if err == nil || err == io.EOF {
		return "OK"
	}
	return status.Code(err).String()
}

func runClient(address string, args []string) {
	flags := flag.NewFlagSet("client", flag.ExitOnError)
	ca := flags.String("ca", "", "")
	name := flags.String("name", "", "")
	token := flags.String("token", "", "")
	authority := flags.String("authority", "api.example.com", "")
	only := flags.String("only", "", "")
	flags.Parse(args)
	creds := insecure.NewCredentials()
	if *ca != "" {
		pem, err := os.ReadFile(*ca)
		check(err)
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		creds = credentials.NewTLS(&tls.Config{RootCAs: pool, ServerName: *name})
	}
	opts := []grpc.DialOption{
		grpc.WithTransportCredentials(creds),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{}), grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
	}
	if *ca == "" {
		opts = append(opts, grpc.WithAuthority(*authority))
	}
	conn, err := grpc.NewClient(address, opts...)
	check(err)
	c := client{conn, *token}
	for _, one := range scenarios {
		if *only != "" && !strings.Contains(","+*only+",", ","+one.name+",") {
			continue
		}
		text, err := one.run(c)
		if err != nil && err != io.EOF {
			text = status.Convert(err).Message()
		}
		line, _ := json.Marshal(result{one.name, codeOf(err), text})
		fmt.Println(string(line))
	}
}

var scenarios = []struct {
	name string
	run  func(client) (string, error)
}{
	{"unary", func(c client) (string, error) {
		var head, trail metadata.MD
		out, err := c.unary("Unary", []byte("hello"), grpc.Header(&head), grpc.Trailer(&trail))
		return fmt.Sprintf("%s %s %x %s", out, first(head, "x-head"), first(head, "x-bin-bin"), first(trail, "x-trail")), err
	}},
	{"metadata", func(c client) (string, error) {
		out, err := c.unary("Metadata", nil)
		return string(out), err
	}},
	{"large", func(c client) (string, error) {
		in := bytes.Repeat([]byte("0123456789"), 1<<20)
		out, err := c.unary("Unary", in)
		return strconv.FormatBool(bytes.Equal(in, out)), err
	}},
	{"down", func(c client) (string, error) {
		stream, cancel := c.stream("Down", 20*time.Second)
		defer cancel()
		in := []byte("1000")
		// A call that has ended already reports why when its answer is read.
		stream.SendMsg(&in)
		stream.CloseSend()
		n, last, err := drain(stream)
		return fmt.Sprint(n, " ", last), err
	}},
	{"up", func(c client) (string, error) {
		stream, cancel := c.stream("Up", 20*time.Second)
		defer cancel()
		in := make([]byte, 10_000)
		for range 100 {
			if err := stream.SendMsg(&in); err != nil {
				break
			}
		}
		stream.CloseSend()
		_, last, err := drain(stream)
		return last, err
	}},
	{"bidi", func(c client) (string, error) {
		stream, cancel := c.stream("Bidi", 20*time.Second)
		defer cancel()
		for i := range 50 {
			in := []byte(strconv.Itoa(i))
			if err := stream.SendMsg(&in); err != nil {
				_, _, err := drain(stream)
				return "", err
			}
			var out []byte
			if err := stream.RecvMsg(&out); err != nil {
				return "", err
			}
			if !bytes.Equal(in, out) {
				return "another answer", nil
			}
		}
		stream.CloseSend()
		n, _, err := drain(stream)
		return strconv.Itoa(50 + n), err
	}},
	{"fail", func(c client) (string, error) {
		_, err := c.unary("Fail", nil)
		return "", err
	}},
	{"fail_early", func(c client) (string, error) {
		stream, cancel := c.stream("FailEarly", 20*time.Second)
		defer cancel()
		in := []byte("one")
		stream.SendMsg(&in)
		_, _, err := drain(stream)
		return "", err
	}},
	{"deadline", func(c client) (string, error) {
		stream, cancel := c.stream("Wait", 200*time.Millisecond)
		defer cancel()
		_, _, err := drain(stream)
		return "", err
	}},
	{"cancel", func(c client) (string, error) {
		stream, cancel := c.stream("Wait", 20*time.Second)
		in := []byte("one")
		stream.SendMsg(&in)
		time.AfterFunc(100*time.Millisecond, cancel)
		_, _, err := drain(stream)
		return "", err
	}},
	{"cancelled", func(c client) (string, error) {
		for {
			out, err := c.unary("Cancelled", nil)
			if err != nil || string(out) == "2" {
				return string(out), err
			}
			time.Sleep(10 * time.Millisecond)
		}
	}},
	{"many", func(c client) (string, error) {
		done := make(chan error, 200)
		for i := range 200 {
			go func() {
				in := bytes.Repeat([]byte{byte(i)}, 20_000)
				out, err := c.unary("Unary", in)
				if err == nil && !bytes.Equal(in, out) {
					err = fmt.Errorf("another answer")
				}
				done <- err
			}()
		}
		for range 200 {
			if err := <-done; err != nil {
				return "", err
			}
		}
		return "200", nil
	}},
	{"unknown", func(c client) (string, error) {
		_, err := c.unary("Unknown", nil)
		return "", err
	}},
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	switch os.Args[1] {
	case "server":
		serve(os.Args[2:])
	case "client":
		runClient(os.Args[2], os.Args[3:])
	}
}
