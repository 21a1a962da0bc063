/** Scripts that try many Lua expressions in one call: each becomes one line of the reply, values or error in full. */

/** Describes values exactly: types, all digits, bytes, and the order in which pairs() gives the entries of a table. */
const SHOW = `
local function show(v, depth)
  local t = type(v)
  if t == 'number' then return string.format('%.17g', v) end
  if t == 'string' then
    return '"' .. string.gsub(v, '[^%w %p]', function(c) return string.format('\\\\%03d', string.byte(c)) end) .. '"'
  end
  if t == 'table' then
    if depth > 40 then return '{...}' end
    local parts = {}
    for k, e in pairs(v) do parts[#parts + 1] = show(k, depth + 1) .. '=' .. show(e, depth + 1) end
    return '{' .. table.concat(parts, ',') .. '}'
  end
  if t == 'userdata' then return v == cjson.null and 'null' or 'userdata' end
  if t == 'function' then return 'function' end
  return tostring(v)
end
local lines = {}
local function line(ok, ...)
  local parts = {}
  for i = 1, select('#', ...) do parts[i] = show((select(i, ...)), 0) end
  lines[#lines + 1] = (ok and '' or 'error ') .. table.concat(parts, ' ')
end
local function try(f) line(pcall(f)) end
`
  .trim()
  .replaceAll('\n', ' ');

/** A script with a try for each expression list; expressions see ARGV. */
export function scriptOf(expressions: readonly string[]): string {
  const tries = expressions.map((expression) => `try(function() ${asStatement(expression)} end)`);
  return [SHOW, ...tries, 'return lines'].join('\n');
}

function asStatement(expression: string): string {
  return /^local |^for /.test(expression) ? expression : `return ${expression}`;
}

/** One expression a line. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
