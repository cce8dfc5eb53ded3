-- For wrk: the same request again and again, each time with the next token of a file, one in a line.
-- Arguments: the file, and the index of the first token.
local before, after
local tokens = {}
local sent = 0

function init(args)
  for line in io.lines(args[1]) do
    tokens[#tokens + 1] = line
  end
  sent = tonumber(args[2])
  local request = wrk.format()
  local first, last = request:find("@TOKEN@", 1, true)
  before, after = request:sub(1, first - 1), request:sub(last + 1)
end

function request()
  sent = sent + 1
  return before .. tokens[(sent - 1) % #tokens + 1] .. after
end
