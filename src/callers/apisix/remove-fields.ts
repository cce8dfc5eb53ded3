/** The Lua function that removes what a client wrote about itself, before any other plugin of APISIX. */
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'
import { fieldsToRemove } from '../field-names.ts'

/**
 * @param identity Names of the identity headers.
 * @returns Text for `serverless-pre-function`.
 */
export const removeFields = (identity: readonly string[]): string => `\
local removed = {}
for name in ([[
${[...identity, 'X-Decision-Id', ...fieldsToRemove(identity)].map((name) => `  ${name}\n`).join('')}\
]]):gmatch("%S+") do
  removed[name:lower()] = true
end
return function(_, ctx)
  local request = require("apisix.core").request
  -- 0: every field.
  for name in pairs(ngx.req.get_headers(0, true)) do
    local lower = name:lower()
    -- X_Auth_Subject and X.Auth.Subject: many applications read them as X-Auth-Subject.
    if removed[lower] or lower:find("[^%-a-z0-9]") then
      request.set_header(ctx, name, nil)
    end
  end
  local upgrade = ngx.var.http_upgrade
  if upgrade and upgrade:lower() == "${FORWARDED_UPGRADE}" then
    request.set_header(ctx, "Upgrade", "${FORWARDED_UPGRADE}")
    request.set_header(ctx, "Connection", "upgrade")
  else
    request.set_header(ctx, "Upgrade", nil)
    request.set_header(ctx, "Connection", nil)
  end
end
`
