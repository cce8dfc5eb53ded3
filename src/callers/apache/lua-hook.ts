/** The Lua in Apache's configuration that asks for each decision. Apache reads it together with the rest. */
import { problemText, STATUS_TITLES } from '../../decision/problem.ts'
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'

/** How long one Warder has to answer, in seconds. */
export const ANSWER_SECONDS = 3

const PROBLEM = problemText({
  status: 503,
  title: STATUS_TITLES[503],
  code: 'proxy_error',
  decisionId: '',
}).trimEnd()

/** @param identity Names of the identity headers. */
export const luaHook = (decisions: readonly string[], identity: readonly string[]): string =>
  [
    '    <LuaHookAccessChecker warder>',
    [settings(decisions, identity), HELPERS, CONNECTION, DECISION]
      .join('\n')
      .replaceAll(/^(?=.)/gm, '        '),
    '    </LuaHookAccessChecker>',
  ].join('\n')

const settings = (decisions: readonly string[], identity: readonly string[]): string => `\
local WARDERS = { ${decisions.map((address) => `"${address}"`).join(', ')} }
-- To use a policy instead of the routes, write /v1/auth/forward/POLICY.
local ENDPOINT = "/v1/auth/forward"
-- A decision takes less than a millisecond, and at most \`first_fetch_wait\` (1s) while keys are fetched.
local CONNECT_SECONDS, ANSWER_SECONDS = 1, ${ANSWER_SECONDS}
local MAX_LINE_BYTES, MAX_BODY_BYTES = 65536, 65536
-- The application gets these from Warder alone.
local IDENTITY = { ${['X-Decision-Id', ...identity].map((name) => `"${name}"`).join(', ')} }`

const HELPERS = `\
-- The package lua-socket.
local socket = require "socket"

local function set_of(words)
  local set = {}
  for word in words:gmatch("%S+") do set[word] = true end
  return set
end

-- Header fields about one connection, or about a body: Warder decides without the body, and if its length were
-- announced, Warder would wait for it.
local OF_ONE_CONNECTION = set_of([[
  connection content-length expect host http2-settings keep-alive proxy-authenticate proxy-authorization
  proxy-connection te trailer transfer-encoding upgrade
]])

-- What names the request.
local OF_APACHE = set_of("x-forwarded-method x-forwarded-proto x-forwarded-host x-forwarded-uri x-forwarded-for")

-- Every other field is sent as it came: any of them may hold the token. Apache joins repeated ones with a comma, and
-- Warder denies a request with two tokens. What names the request is Apache's own, never what the client wrote.
local function decision_request(r)
  local lines = { "GET " .. ENDPOINT .. " HTTP/1.1", "Host: warder" }
  local function add(name, value)
    -- With \`HttpProtocolOptions Unsafe\`, Apache lets some through.
    if value:find("[\\r\\n]") then error("a line end in " .. name) end
    lines[#lines + 1] = name .. ": " .. value
  end
  add("X-Forwarded-Method", r.method)
  add("X-Forwarded-Proto", r.is_https and "https" or "http")
  add("X-Forwarded-Host", r.headers_in["Host"] or "")
  add("X-Forwarded-Uri", r.unparsed_uri)
  add("X-Forwarded-For", r.useragent_ip)
  for name, value in pairs(r:headers_in_table()) do
    local key = name:lower()
    if not OF_ONE_CONNECTION[key] and not OF_APACHE[key] then
      add(name, value)
    end
  end
  return table.concat(lines, "\\r\\n") .. "\\r\\n\\r\\n"
end
`

const CONNECTION = `\
-- Each thread of Apache keeps one connection to each Warder.
local kept = {}

local function connect(address)
  local path = address:match("^unix:(.+)$")
  local host, port = address:match("^%[?(.-)%]?:(%d+)$")
  local connection
  if path then connection = require("socket.unix")() else connection = socket.tcp() end
  connection:settimeout(CONNECT_SECONDS)
  local connected
  if path then connected = connection:connect(path) else connected = connection:connect(host, tonumber(port)) end
  if connected then return connection end
  connection:close()
end

-- Whatever is not read in exactly one way is no answer.
local function read_answer(connection)
  local line = connection:receive("*l")
  local status = line and line:match("^HTTP/1%.1 (%d%d%d) ")
  if not status then return end
  local answer = { status = tonumber(status), fields = {}, lines = {} }
  while true do
    line = connection:receive("*l")
    if not line or #line > MAX_LINE_BYTES then return end
    if line == "" then break end
    local name, value = line:match("^([%w%-]+): ?(.*)$")
    if not name or #answer.lines == 200 then return end
    local key = name:lower()
    answer.repeated = answer.repeated or answer.fields[key] ~= nil
    answer.fields[key] = value
    answer.lines[#answer.lines + 1] = { name = name, key = key, value = value }
  end
  local length = (answer.fields["content-length"] or ""):match("^%d+$")
  if not length or tonumber(length) > MAX_BODY_BYTES or answer.fields["transfer-encoding"] then return end
  answer.body = ""
  if tonumber(length) > 0 then answer.body = connection:receive(tonumber(length)) end
  if answer.body and answer.fields["x-decision-id"] then return answer end
end

local function exchange(connection, request, ends)
  connection:settimeout(math.max(0.001, ends - socket.gettime()), "t")
  local answer = connection:send(request) and read_answer(connection)
  if not answer then connection:close() end
  return answer
end

-- A kept connection may have been closed by Warder, so a failure on one is a reason to connect.
local function ask_one(address, request, ends)
  local connection = kept[address]
  kept[address] = nil
  local answer = connection and exchange(connection, request, ends)
  if not answer and socket.gettime() < ends then
    connection = connect(address)
    answer = connection and exchange(connection, request, ends)
  end
  if not answer then return end
  if answer.fields["connection"] then connection:close() else kept[address] = connection end
  return answer
end

local turn = 0

local function ask(request)
  local ends = socket.gettime() + ANSWER_SECONDS
  turn = turn + 1
  for i = 1, #WARDERS do
    local answer = ask_one(WARDERS[(turn + i) % #WARDERS + 1], request, ends)
    if answer or socket.gettime() > ends then return answer end
  end
end
`

const DECISION = `\
local function answer_client(r, status, body)
  r.status = status
  r.content_type = "application/problem+json"
  -- For your lines with \`Header always\`.
  r:add_output_filter("FIXUP_HEADERS_ERR")
  r:puts(body)
  -- Apache's own way to end a request that has its answer.
  return apache2.DONE
end

-- Apache writes these itself.
local NOT_FOR_CLIENTS = set_of("content-type date server")

local function pass_on_denial(r, answer)
  for _, line in ipairs(answer.lines) do
    if not OF_ONE_CONNECTION[line.key] and not NOT_FOR_CLIENTS[line.key] then
      -- Some fields may be there twice, and setting one replaces it.
      local before = r.err_headers_out[line.name]
      r.err_headers_out[line.name] = before and before .. ", " .. line.value or line.value
    end
  end
  return answer_client(r, answer.status, answer.body)
end

-- WebSocket only. With \`Upgrade: h2c\`, the client would get a raw HTTP/2 connection to the application. Nor is anything
-- else of Connection passed on: Apache would remove the header fields that it names, identity headers too.
local function bound_connection(r)
  local connection = "," .. (r.headers_in["Connection"] or ""):lower():gsub("%s", "") .. ","
  local upgrade = (r.headers_in["Upgrade"] or ""):lower()
  if upgrade == "${FORWARDED_UPGRADE}" and connection:find(",upgrade,", 1, true) then
    r.headers_in["Connection"] = "Upgrade"
  else
    r.headers_in["Upgrade"] = nil
    r.headers_in["Connection"] = connection:find(",close,", 1, true) and "close" or nil
  end
end

-- X_Auth_Subject and X.Auth.Subject, which many applications read as X-Auth-Subject.
local function remove_other_spellings(r)
  for name in pairs(r:headers_in_table()) do
    if name:find("[^%w%-]") then r.headers_in[name] = nil end
  end
end

-- Whatever fails in here, also by an error, leaves WARDER_ALLOWED unset, and nothing passes.
function warder(r)
  remove_other_spellings(r)
  -- The absolute form \`GET http://host/path\`, \`OPTIONS *\` and CONNECT.
  if r.unparsed_uri:sub(1, 1) ~= "/" then return 400 end
  local answer = ask(decision_request(r))
  if answer and answer.status == 200 and not answer.repeated then
    bound_connection(r)
    for _, name in ipairs(IDENTITY) do
      local value = answer.fields[name:lower()]
      r.headers_in[name] = value ~= "" and value or nil
    end
    r.subprocess_env["WARDER_ID"] = answer.fields["x-decision-id"]
    r.subprocess_env["WARDER_ALLOWED"] = "1"
    return apache2.OK
  end
  if answer and answer.status >= 400 then
    r.subprocess_env["WARDER_ID"] = answer.fields["x-decision-id"]
    r.subprocess_env["WARDER_REASON"] = answer.fields["x-decision-reason"]
    return pass_on_denial(r, answer)
  end
  r:err("Warder was not asked, or did not answer")
  r.subprocess_env["WARDER_REASON"] = "proxy_error"
  r.err_headers_out["Cache-Control"] = "no-store"
  r.err_headers_out["X-Decision-Reason"] = "proxy_error"
  return answer_client(r, 503, '${PROBLEM}\\n')
end`
