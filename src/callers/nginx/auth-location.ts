/** The location that asks Warder, and the limits of the server block around it. */

// 64 KiB, the largest `limits.max_token_bytes`, and the rest of its header line.
const CLIENT_HEADER_BUFFER = '72k'

/** Settings of the whole site. */
export const SERVER_LIMITS = `\
    # The next three hold for the headers after Host; those before it are read with the settings of the default
    # server of this address. If that is another server block, it must not differ.
    # The longest token that Warder can be set to accept, 64 KiB, in one line: nginx's default of 8k answers 400.
    large_client_header_buffers 4 ${CLIENT_HEADER_BUFFER};
    # nginx's defaults, written down because security hangs on them: X_Auth_Subject and X.Auth.Subject are dropped.
    # Many applications read them as X-Auth-Subject.
    underscores_in_headers off;
    ignore_invalid_headers on;
    # Room for all names of the proxy_set_header lines below, of up to 64 characters each.
    proxy_headers_hash_max_size 2048;
    proxy_headers_hash_bucket_size 128;`

/** @param bufferKiB Room for the head of an answer with all identity headers. */
export const authLocation = (bufferKiB: number): string => `\
    location = /_warder {
        # Only for nginx itself: clients get 404.
        internal;
        proxy_pass http://warder/v1/auth/nginx;
        # The two lines that let the connection to Warder be used again.
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        # Decisions are made without the body. If its length were announced all the same, Warder would take the next
        # request on the connection, somebody else's, for the body.
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        # Else a large upload is refused here, with status 500.
        client_max_body_size 0;
        # A decision takes less than a millisecond, and at most \`first_fetch_wait\` (1s) while keys are fetched.
        proxy_connect_timeout 1s;
        proxy_send_timeout 1s;
        proxy_read_timeout 3s;
        # All identity headers at their longest have to fit, or the answer is status 500.
        proxy_buffer_size ${bufferKiB}k;
        proxy_buffers 4 ${bufferKiB}k;
        proxy_busy_buffers_size ${bufferKiB}k;
        # A decision is for one request. Never cache it: the default cache key is the same for every token.
        proxy_cache off;

        # The request to be judged. $host and not $http_host, which may name another host than the one nginx serves;
        # $request_uri and not $uri, because the application gets the raw path too.
        proxy_set_header Host $host;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Original-URL $scheme://$host$request_uri;
        # Whatever the client wrote here is not for Warder.
        proxy_set_header X-Forwarded-For "";
        proxy_set_header X-Forwarded-Host "";
        proxy_set_header X-Forwarded-Method "";
        proxy_set_header X-Forwarded-Proto "";
        proxy_set_header X-Forwarded-Uri "";
    }`
