/**
 * The Lua file of HAProxy: it registers the action `warder`, which asks for one decision. The same for every
 * configuration; what depends on one is in haproxy.cfg.
 */

/** How long one attempt waits, in milliseconds. HAProxy 2.6 to 2.8 attempts four times. */
const ATTEMPT_MS = 1500

/**
 * A decision request has those of the client and up to six others. HAProxy's client of HTTP, which has room for 101
 * (`tune.http.maxhdr`), checks that only in later versions, and Warder reads 100.
 */
export const MAX_CLIENT_FIELDS = 90

export const LUA_ACTION = `\
-- Asks Warder about each request. Needs HAProxy 2.6 or later.
--
--     http-request lua.warder BACKEND PATH
--
-- asks the servers of BACKEND in turn for a decision of the endpoint PATH, such as /v1/auth/forward. Then it sets
-- variables of the transaction, and so the rules that follow it need no Lua:
--
--     txn.warder_allowed     true only if Warder allowed the request. Deny the request unless it is true.
--     txn.warder_status      the status of Warder's answer
--     txn.warder_answer.X    the header X of the answer, in lower case and with _ in place of -, for example
--                            txn.warder_answer.x_auth_subject
--
-- Except for the first, a variable is set only if the configuration uses it. When Warder denies, the client gets its
-- answer as it is: status, header and body.

-- A decision takes less than a millisecond, and at most \`first_fetch_wait\` (1s) while keys are fetched.
local TIMEOUT_MS = ${ATTEMPT_MS}

-- More would overflow a table of HAProxy 2.6, which would crash.
local MAX_FIELDS = ${MAX_CLIENT_FIELDS}

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
local OF_HAPROXY = set_of("x-forwarded-method x-forwarded-proto x-forwarded-host x-forwarded-uri x-forwarded-for")

-- HAProxy before 3.1 has numbers for booleans; since then, \`tune.lua.bool-sample-conversion\` decides.
local function is_true(value) return value == true or value == 1 end

-- Every other field is sent as it came, twice if it came twice: any of them may hold the token, and Warder denies a
-- request with two tokens. What names the request is HAProxy's own, and never what the client wrote.
local function decision_request(txn)
  local headers = {}
  local count = 0
  for name, values in pairs(txn.http:req_get_headers()) do
    if not OF_ONE_CONNECTION[name] and not OF_HAPROXY[name] then
      local list = {}
      -- The lists of HAProxy begin at 0.
      for i = 0, #values do list[i + 1] = values[i] end
      headers[name] = list
      count = count + #list
    end
  end
  if count > MAX_FIELDS then error("more than " .. MAX_FIELDS .. " header fields") end
  headers["x-forwarded-method"] = { txn.sf:method() }
  headers["x-forwarded-proto"] = { is_true(txn.f:ssl_fc()) and "https" or "http" }
  headers["x-forwarded-host"] = { txn.sf:req_fhdr("host") }
  headers["x-forwarded-uri"] = { txn.sf:pathq() }
  headers["x-forwarded-for"] = { txn.sf:src() }
  return headers
end

local turn = 0
-- By address, the second of its latest failure. HAProxy 2.6 tries to connect for three seconds, and a check notices
-- after two.
local failed_at = {}

-- Only what has a decision's id is an answer of Warder: HAProxy answers 503 itself if it cannot reach a server.
local function ask_one(address, path, headers)
  local answer = core.httpclient():get({
    url = "http://warder" .. path, dst = address, headers = headers, timeout = TIMEOUT_MS,
  })
  if answer and answer.headers and answer.headers["x-decision-id"] then return answer end
  failed_at[address] = core.now().sec
end

-- The addresses of the servers that are up, in turn; those that failed in the last two seconds come last.
local function addresses(txn, backend)
  local fresh, failed = {}, {}
  for name, server in pairs(core.backends[backend].servers) do
    if is_true(txn.f:srv_is_up(backend .. "/" .. name)) then
      local address = server:get_addr()
      if address:sub(1, 1) == "/" then address = "unix@" .. address end
      local list = core.now().sec - (failed_at[address] or 0) <= 2 and failed or fresh
      list[#list + 1] = address
    end
  end
  turn = turn + 1
  local ordered = {}
  for i = 1, #fresh do ordered[i] = fresh[(turn + i) % #fresh + 1] end
  for _, address in ipairs(failed) do ordered[#ordered + 1] = address end
  return ordered
end

local function ask(txn, backend, path)
  local headers = decision_request(txn)
  for _, address in ipairs(addresses(txn, backend)) do
    local answer = ask_one(address, path, headers)
    if answer then return answer end
  end
end

local function pass_on_denial(txn, answer)
  local reply = txn:reply({ status = answer.status, body = answer.body })
  for name, values in pairs(answer.headers) do
    if not OF_ONE_CONNECTION[name] then
      for i = 0, #values do reply:add_header(name, values[i]) end
    end
  end
  txn:done(reply)
end

-- Whatever fails in here, also by an error, leaves txn.warder_allowed false.
core.register_action("warder", { "http-req" }, function(txn, backend, path)
  txn:set_var("txn.warder_allowed", false)
  local answer = ask(txn, backend, path)
  if not answer then return end
  txn:set_var("txn.warder_status", answer.status, true)
  for name, values in pairs(answer.headers) do
    -- Two values of one identity header are no answer of Warder.
    if answer.status == 200 and #values > 0 then return end
    txn:set_var("txn.warder_answer." .. name:gsub("-", "_"), values[0] or "", true)
  end
  if answer.status == 200 then
    txn:set_var("txn.warder_allowed", true)
  elseif answer.status >= 400 then
    pass_on_denial(txn, answer)
  end
end, 2)
`
