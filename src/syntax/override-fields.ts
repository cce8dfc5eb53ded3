/**
 * Header fields in which a request can describe another request than the judged one. Applications and frameworks trust
 * them as if a proxy had written them, so none may reach an application from a client: the gateway and every snippet
 * remove exactly these.
 */

/** What a field claims to describe. `user`: the user, as other guards name it. */
export type OverrideSubject = 'method' | 'target' | 'host' | 'scheme' | 'address' | 'certificate' | 'user'

export interface OverrideField {
  /** As it is usually written. */
  readonly name: string
  readonly subject: OverrideSubject
  /** Who reads it, or writes it for applications to read. */
  readonly readBy: string
  /** Whether a trusted proxy may send it to the gateway; from all other clients it is removed. */
  readonly keptOfTrusted: boolean
}

/** Removed even from trusted proxies: an application that reads a path, method or host there serves another request. */
const never =
  (subject: OverrideSubject) =>
  (name: string, readBy: string): OverrideField => ({ name, subject, readBy, keptOfTrusted: false })

/** About the request's way to the trusted proxy, which Warder cannot know. */
const ofTrusted =
  (subject: OverrideSubject) =>
  (name: string, readBy: string): OverrideField => ({ name, subject, readBy, keptOfTrusted: true })

const method = never('method')
const target = never('target')
const host = never('host')
const user = never('user')

/** Every field, and the programs that read or write it. */
export const OVERRIDE_FIELDS: readonly OverrideField[] = [
  // With one of these a POST is served as a DELETE.
  method('X-HTTP-Method-Override', 'Rack, Symfony, Laravel, Express method-override, ASP.NET, Google APIs'),
  method('X-HTTP-Method', 'OData services, Express method-override'),
  method('X-Method-Override', 'Express method-override, IBM servers'),
  method('X-Original-Method', 'services that nginx asks by auth_request, Warder among them'),
  method('X-Forwarded-Method', 'services that Traefik and Caddy ask by forward auth'),

  // Another path, a prefix of the path, or (Rack::Sendfile, CVE-2025-61780) another file.
  target('X-Original-URL', 'IIS URL Rewrite, Symfony before CVE-2018-14773, Zend, Laminas'),
  target('X-Original-URI', 'services behind ingress-nginx'),
  target('X-Original-Path', 'applications behind Envoy and API gateways'),
  target('X-Rewrite-URL', 'IIS ISAPI_Rewrite, Symfony before CVE-2018-14773, Zend, Laminas'),
  target('X-Override-URL', 'applications on Zend and its heirs'),
  target('X-Replaced-Path', 'applications behind Traefik'),
  target('X-Envoy-Original-Path', 'applications behind Envoy'),
  target('X-Forwarded-Uri', 'services that Traefik and Caddy ask by forward auth'),
  target('X-Forwarded-Path', 'ASP.NET and API gateways'),
  ofTrusted('target')('X-Forwarded-Prefix', 'Spring, Werkzeug ProxyFix, ASP.NET: the part before the path'),
  target('X-Forwarded-Context', 'Java servers: the part before the path'),
  target('X-Script-Name', 'WSGI applications below a prefix'),
  target('X-Sendfile-Type', 'Rack::Sendfile: makes the application name files to the proxy'),
  target('X-Accel-Mapping', 'Rack::Sendfile: which path of nginx stands for which file'),

  host('X-Forwarded-Host', 'most frameworks behind a proxy'),
  host('X-Forwarded-Server', 'frameworks behind Apache httpd, which take it for the host'),
  host('X-Original-Host', 'applications behind API gateways, ingress-nginx and Azure'),
  host('X-Host', 'frameworks that look for a host in several fields'),
  host('X-HTTP-Host-Override', 'frameworks that look for a host in several fields'),
  // RFC 7239: for, by, host and proto in one.
  host('Forwarded', 'Spring, Undertow, Rack, aiohttp'),

  ofTrusted('scheme')('X-Forwarded-Port', 'Rack, Werkzeug, Spring, ASP.NET'),
  never('scheme')('X-Forwarded-Proto', 'most frameworks behind a proxy'),
  never('scheme')('X-Forwarded-Protocol', 'Gunicorn, Express'),
  never('scheme')('X-Forwarded-Scheme', 'Rack, services behind ingress-nginx'),
  never('scheme')('X-Original-Proto', 'ASP.NET'),
  never('scheme')('X-Forwarded-Ssl', 'Rack, Gunicorn, Spring'),
  ofTrusted('scheme')('X-Scheme', 'Tornado, WSGI applications, services behind ingress-nginx'),
  ofTrusted('scheme')('X-Url-Scheme', 'applications behind older load balancers'),
  ofTrusted('scheme')('Front-End-Https', 'applications behind Microsoft proxies'),
  ofTrusted('scheme')('HTTPS', 'WordPress and other PHP applications: HTTP_HTTPS'),
  ofTrusted('scheme')('CloudFront-Forwarded-Proto', 'applications behind CloudFront'),
  ofTrusted('scheme')('CF-Visitor', 'applications behind Cloudflare'),

  never('address')('X-Forwarded-For', 'most frameworks behind a proxy'),
  never('address')('X-Forwarded', 'PHP applications that look for an address in several fields'),
  never('address')('X-Forwarded-By', 'applications behind API gateways'),
  never('address')('X-Original-For', 'ASP.NET'),
  never('address')('X-Original-Forwarded-For', 'services behind ingress-nginx'),
  ofTrusted('address')('Forwarded-For', 'PHP applications that look for an address in several fields'),
  never('address')('X-Real-IP', 'most frameworks behind nginx'),
  ofTrusted('address')('X-Remote-IP', 'applications that look for an address in several fields'),
  ofTrusted('address')('X-Remote-Addr', 'applications that look for an address in several fields'),
  ofTrusted('address')('Remote-Addr', 'PHP applications: HTTP_REMOTE_ADDR'),
  ofTrusted('address')('X-Originating-IP', 'applications that look for an address in several fields'),
  ofTrusted('address')('X-Client-IP', 'Express, ASP.NET and applications that look in several fields'),
  ofTrusted('address')('Client-IP', 'Rails, PHP applications'),
  ofTrusted('address')('X-Cluster-Client-IP', 'applications behind Zeus, Rackspace and Riverbed balancers'),
  ofTrusted('address')('True-Client-IP', 'applications behind Akamai and Cloudflare'),
  ofTrusted('address')('CF-Connecting-IP', 'applications behind Cloudflare'),
  ofTrusted('address')('CF-Connecting-IPv6', 'applications behind Cloudflare'),
  ofTrusted('address')('CF-Pseudo-IPv4', 'applications behind Cloudflare'),
  ofTrusted('address')('DO-Connecting-IP', 'applications on DigitalOcean'),
  ofTrusted('address')('Fastly-Client-IP', 'applications behind Fastly'),
  ofTrusted('address')('Fly-Client-IP', 'applications on Fly.io'),
  ofTrusted('address')('CloudFront-Viewer-Address', 'applications behind CloudFront'),
  ofTrusted('address')('X-AppEngine-User-IP', 'applications on App Engine'),
  ofTrusted('address')('X-Azure-ClientIP', 'applications behind Azure Front Door'),
  ofTrusted('address')('X-Azure-SocketIP', 'applications behind Azure Front Door'),
  ofTrusted('address')('X-Vercel-Forwarded-For', 'applications on Vercel'),
  ofTrusted('address')('X-Nf-Client-Connection-IP', 'applications behind Netlify'),
  ofTrusted('address')('Incap-Client-IP', 'applications behind Imperva'),
  ofTrusted('address')('X-Sucuri-ClientIP', 'applications behind Sucuri'),
  ofTrusted('address')('Ali-CDN-Real-IP', 'applications behind Alibaba Cloud'),
  ofTrusted('address')('X-Envoy-External-Address', 'applications behind Envoy'),
  ofTrusted('address')('X-ProxyUser-IP', 'Google services and programs that imitate them'),
  ofTrusted('address')('Proxy-Client-IP', 'Java applications'),
  ofTrusted('address')('WL-Proxy-Client-IP', 'WebLogic'),

  never('certificate')('X-Forwarded-Client-Cert', 'applications behind Envoy'),
  never('certificate')('X-Forwarded-Tls-Client-Cert', 'applications behind Traefik'),
  never('certificate')('X-Forwarded-Tls-Client-Cert-Info', 'applications behind Traefik'),
  // RFC 9440 §2.4: a proxy removes both from every request of a client.
  ofTrusted('certificate')('Client-Cert', 'RFC 9440'),
  ofTrusted('certificate')('Client-Cert-Chain', 'RFC 9440'),
  ofTrusted('certificate')('X-Client-Cert', 'applications behind Azure and API gateways'),
  ofTrusted('certificate')('X-SSL-Client-Cert', 'applications behind nginx and HAProxy'),
  ofTrusted('certificate')('X-SSL-Client-Verify', 'applications behind nginx and HAProxy'),
  ofTrusted('certificate')('X-SSL-Client-S-DN', 'applications behind nginx and HAProxy'),
  ofTrusted('certificate')('X-SSL-Client-DN', 'applications behind nginx and HAProxy'),
  ofTrusted('certificate')('X-SSL-Client-CN', 'applications behind HAProxy'),
  ofTrusted('certificate')('X-SSL-Cert', 'applications behind nginx'),
  ofTrusted('certificate')('SSL-Client-Cert', 'applications behind ingress-nginx, Keycloak'),
  ofTrusted('certificate')('SSL-Client-Verify', 'applications behind ingress-nginx'),
  ofTrusted('certificate')('SSL-Client-Subject-DN', 'applications behind ingress-nginx'),
  ofTrusted('certificate')('SSL-Client-Issuer-DN', 'applications behind ingress-nginx'),
  ofTrusted('certificate')('X-Client-Verify', 'Puppet Server'),
  ofTrusted('certificate')('X-Client-DN', 'Puppet Server'),
  ofTrusted('certificate')('X-ARR-ClientCert', 'applications on Azure'),

  user('X-Forwarded-User', 'applications behind oauth2-proxy, Grafana and others with proxy authentication'),
  user('X-Forwarded-Email', 'applications behind oauth2-proxy'),
  user('X-Forwarded-Groups', 'applications behind oauth2-proxy'),
  user('X-Forwarded-Preferred-Username', 'applications behind oauth2-proxy'),
  user('X-Forwarded-Access-Token', 'applications behind oauth2-proxy'),
  ofTrusted('user')('Remote-User', 'applications behind Authelia and Apache httpd'),
  ofTrusted('user')('Remote-Groups', 'applications behind Authelia'),
  ofTrusted('user')('Remote-Name', 'applications behind Authelia'),
  ofTrusted('user')('Remote-Email', 'applications behind Authelia'),
  ofTrusted('user')('X-Remote-User', 'the Kubernetes API, applications with proxy authentication'),
  ofTrusted('user')('X-Remote-Group', 'the Kubernetes API'),
  ofTrusted('user')('X-WebAuth-User', 'Grafana, Gitea'),
  ofTrusted('user')('X-WebAuth-Email', 'Gitea'),
  ofTrusted('user')('X-Auth-Request-User', 'applications behind oauth2-proxy'),
  ofTrusted('user')('X-Auth-Request-Email', 'applications behind oauth2-proxy'),
  ofTrusted('user')('X-Auth-Request-Groups', 'applications behind oauth2-proxy'),
  ofTrusted('user')('X-Auth-Request-Preferred-Username', 'applications behind oauth2-proxy'),
  ofTrusted('user')('X-Authentik-Username', 'applications behind authentik'),
  ofTrusted('user')('X-Authentik-Email', 'applications behind authentik'),
  ofTrusted('user')('X-Authentik-Groups', 'applications behind authentik'),
  ofTrusted('user')('X-Amzn-Oidc-Identity', 'applications behind AWS load balancers'),
  ofTrusted('user')('X-Goog-Authenticated-User-Email', 'applications behind Google IAP'),
  ofTrusted('user')('X-Goog-Authenticated-User-Id', 'applications behind Google IAP'),
  ofTrusted('user')('X-MS-Client-Principal', 'applications on Azure App Service'),
  ofTrusted('user')('X-MS-Client-Principal-Id', 'applications on Azure App Service'),
  ofTrusted('user')('X-MS-Client-Principal-Name', 'applications on Azure App Service'),
  ofTrusted('user')('Cf-Access-Authenticated-User-Email', 'applications behind Cloudflare Access'),
  ofTrusted('user')('Tailscale-User-Login', 'applications behind Tailscale'),
]

/**
 * Fields about the connection to a proxy, which a proxy such as nginx passes on by default. For CGI programs, `Proxy`
 * becomes HTTP_PROXY in the environment (httpoxy, CVE-2016-5385).
 */
export const PROXY_FIELDS: readonly string[] = [
  'HTTP2-Settings',
  'Proxy',
  'Proxy-Authorization',
  'Proxy-Connection',
  'Trailer',
]
