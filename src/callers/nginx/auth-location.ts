/** The location that asks Warder, and the limits of the server block around it. */

// 64 KiB, the largest `limits.max_token_bytes`, and the rest of its header line.
const CLIENT_HEADER_BUFFER = '72k'

/** Settings of the whole site. */
export const SERVER_LIMITS = `\
    # The next three apply to the header fields after Host. nginx reads those before it with the settings of the
    # default server of this address: if that is another server block, give it the same settings.
    # The longest token that Warder can be set to accept, 64 KiB, in one line: with its default of 8k, nginx answers 400.
    large_client_header_buffers 4 ${CLIENT_HEADER_BUFFER};
    # nginx's defaults, written out because security depends on them: it drops X_Auth_Subject and X.Auth.Subject,
    # which many applications read as X-Auth-Subject.
    underscores_in_headers off;
    ignore_invalid_headers on;
    # Enough for all names in the proxy_set_header lines below, of up to 64 characters each.
    proxy_headers_hash_max_size 2048;
    proxy_headers_hash_bucket_size 128;`

/** @param bufferKiB Room for the head of an answer with all identity headers. */
export const authLocation = (bufferKiB: number): string => `\
    location = /_warder {
        # Only for nginx itself: clients get 404.
        internal;
        proxy_pass http://warder/v1/auth/nginx;
        # These two lines let nginx use the connection to Warder again.
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        # Warder decides without the body. If nginx announced its length anyway, Warder would read the next request on
        # the connection, which is another client's, as the body.
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        # Otherwise nginx refuses a large upload here, with status 500.
        client_max_body_size 0;
        # A decision takes less than a millisecond, and at most \`first_fetch_wait\` (1s) while keys are fetched.
        proxy_connect_timeout 1s;
        proxy_send_timeout 1s;
        proxy_read_timeout 3s;
        # All identity headers at their longest must fit, or nginx answers 500.
        proxy_buffer_size ${bufferKiB}k;
        proxy_buffers 4 ${bufferKiB}k;
        proxy_busy_buffers_size ${bufferKiB}k;
        # A decision is for one request. Never cache it: the default cache key is the same for every token.
        proxy_cache off;

        # The request to judge. $host and not $http_host, which may name another host than the one nginx serves;
        # $request_uri and not $uri, because the application gets the raw path too.
        proxy_set_header Host $host;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Original-URL $scheme://$host$request_uri;
        # Who asks, for Warder's log. Without this line, clients would choose the address that the log has.
        proxy_set_header X-Forwarded-For $remote_addr;
        # Warder reads none of these; what a client wrote into them stops here.
        proxy_set_header X-Forwarded-Host "";
        proxy_set_header X-Forwarded-Method "";
        proxy_set_header X-Forwarded-Proto "";
        proxy_set_header X-Forwarded-Uri "";
    }`
