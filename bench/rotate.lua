-- Sends the requests of a file in turn (method, path, cookie, body; tab separated); each thread begins elsewhere.
local requests, threads = {}, 0
local at = 1

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  for line in io.lines(args[1]) do
    local method, path, cookie, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = { ["Cookie"] = cookie }
    if body ~= "" then headers["Content-Type"] = "application/x-www-form-urlencoded" end
    requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
  at = 1 + (number or 0) * 101 % #requests
end

function request()
  local text = requests[at]
  at = at % #requests + 1
  return text
end

function done(summary, latency)
  io.write(string.format(
    'RESULT {"requests": %d, "micros": %d, "refused": %d, "broken": %d, "p50": %.0f, "p95": %.0f}\n',
    summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(95)))
end
