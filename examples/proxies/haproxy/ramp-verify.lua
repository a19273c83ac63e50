-- The action "ramp-verify": asks RAMP whether to let a request through, with the demand in txn.ramp_demand.

local RAMP = "http://127.0.0.1:7267"
local TIMEOUT_MS = 5000

local IDENTITY = {
  "x-ramp-account", "x-ramp-account-kind", "x-ramp-username", "x-ramp-roles", "x-ramp-permissions", "x-ramp-token-id",
}
-- What of a refusal the client gets to see.
local PASSED_ON = { "www-authenticate", "retry-after", "content-type" }
local UNAVAILABLE = '{"title":"The token cannot be checked now.","status":503,"code":"verification_unavailable"}'

local function refuse(txn, status, headers, body)
  local reply = txn:reply()
  reply:set_status(status)
  for name, value in pairs(headers) do reply:add_header(name, value) end
  reply:set_body(body)
  txn:done(reply)
end

local function question(txn, sent)
  local headers = {
    ["x-forwarded-for"] = { txn.f:src() },
    ["x-original-method"] = { txn.f:method() },
    ["x-original-uri"] = { txn.f:path() },
  }
  for _, name in ipairs({ "authorization", "user-agent" }) do
    -- All that were sent: which of two would count is not for a proxy to guess.
    if sent[name] then
      headers[name] = {}
      for _, value in pairs(sent[name]) do table.insert(headers[name], value) end
    end
  end
  return { url = RAMP .. "/_auth/verify" .. (txn:get_var("txn.ramp_demand") or ""), headers = headers, timeout = TIMEOUT_MS }
end

local function verify(txn)
  local sent = txn.http:req_get_headers()
  for name in pairs(sent) do
    if name:match("^x[-_]ramp[-_]") then txn.http:req_del_header(name) end
  end

  local answer = core.httpclient():get(question(txn, sent))
  local first = function(name)
    local values = answer.headers and answer.headers[name]
    return values and values[0]
  end

  if answer.status == 200 and first("x-ramp-account") then
    for _, name in ipairs(IDENTITY) do txn.http:req_set_header(name, first(name) or "") end
  elseif answer.status == 401 or answer.status == 403 then
    local headers = {}
    for _, name in ipairs(PASSED_ON) do headers[name] = first(name) end
    refuse(txn, answer.status, headers, answer.body or "")
  else
    refuse(txn, 503, { ["content-type"] = "application/problem+json", ["retry-after"] = "1" }, UNAVAILABLE)
  end
end

core.register_action("ramp-verify", { "http-req" }, verify)
