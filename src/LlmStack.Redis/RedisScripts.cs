namespace LlmStack.Redis;

/// <summary>
/// What runs inside Redis. Every key of an application is in one slot of a cluster. Times are Redis' own, so that the clocks of the machines
/// need not agree.
/// </summary>
internal static class RedisScripts
{
    /// <summary>Arguments of a scope: field, milliseconds it counts (empty: only read, 0: remove), of its calls under way, amounts.</summary>
    public const int ArgumentsOfScope = 4;

    /// <summary>
    /// Writes this process's part of each scope, always the whole of it, and answers the sum of the others' parts. A script that was delayed
    /// so long that a later one overtook it does nothing: its number is lower. Answers first whether this process was unknown, then index and
    /// sums of the scopes that others use. Dollars and their 10⁻⁹ are summed apart, because Lua counts in doubles.
    /// </summary>
    public const string Scopes = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local last = redis.call('GET', KEYS[1])
        if last and tonumber(last) >= tonumber(ARGV[1]) then return {-1} end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        local answer = {last and 0 or 1}
        local a = 3
        for i = 2, #KEYS do
          local key, field, ttl = KEYS[i], ARGV[a], ARGV[a + 1]
          if ttl == '0' then
            redis.call('HDEL', key, field)
          elseif ttl ~= '' then
            redis.call('HSET', key, field, string.format('%.0f %.0f %s', now + ttl, now + ARGV[a + 2], ARGV[a + 3]))
            if redis.call('PTTL', key) < tonumber(ttl) then redis.call('PEXPIRE', key, ttl) end
          end
          local all = redis.call('HGETALL', key)
          local requests, input, output, dollars, nanos, running, any = 0, 0, 0, 0, 0, 0, false
          for j = 1, #all, 2 do
            if all[j] ~= field then
              local ends, lease, r, i, o, d, n, c = string.match(all[j + 1], '^(%d+) (%d+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$')
              if tonumber(ends) <= now then
                redis.call('HDEL', key, all[j])
              else
                any = true
                requests, input, output, dollars, nanos = requests + r, input + i, output + o, dollars + d, nanos + n
                if tonumber(lease) > now then running = running + c end
              end
            end
          end
          if any then
            answer[#answer + 1] = i - 2
            answer[#answer + 1] = string.format('%.0f %.0f %.0f %.0f %.0f %.0f', requests, input, output, dollars, nanos, running)
          end
          a = a + 4
        end
        return answer
        """;

    /// <summary>
    /// Extends or ends cooldowns, adds to the list of pins, and answers the cooldowns, if they have changed, and the pins of others that are new.
    /// Arguments: process, known version, last known pin, pins kept, milliseconds a version is kept, number of cooldowns, of each: field,
    /// milliseconds (0: ended), text; then the pins.
    /// </summary>
    public const string State = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local me, known, since, most, keep, count = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
        local a, changed = 7, false
        for _ = 1, count do
          local field, left, text = ARGV[a], tonumber(ARGV[a + 1]), ARGV[a + 2]
          if left == 0 then
            if redis.call('HDEL', KEYS[1], field) == 1 then changed = true end
          else
            local old = redis.call('HGET', KEYS[1], field)
            if not old or tonumber(string.match(old, '^%d+')) < now + left then
              redis.call('HSET', KEYS[1], field, string.format('%.0f %s %s', now + left, me, text))
              if redis.call('PTTL', KEYS[1]) < left then redis.call('PEXPIRE', KEYS[1], left) end
              changed = true
            end
          end
          a = a + 3
        end
        if changed then redis.call('SET', KEYS[2], me .. ':' .. now, 'PX', keep) end
        while a <= #ARGV do
          redis.call('XADD', KEYS[3], 'MAXLEN', '~', most, '*', 'm', me, 'p', ARGV[a])
          a = a + 1
        end
        if redis.call('PTTL', KEYS[3]) < tonumber(keep) / 2 then redis.call('PEXPIRE', KEYS[3], keep) end
        local version = redis.call('GET', KEYS[2]) or ''
        local cooling = {}
        if version ~= known then
          local all = redis.call('HGETALL', KEYS[1])
          for j = 1, #all, 2 do
            local ends, by, text = string.match(all[j + 1], '^(%d+) (%S+) (.*)$')
            if tonumber(ends) <= now then
              redis.call('HDEL', KEYS[1], all[j])
            elseif by ~= me then
              cooling[#cooling + 1] = all[j]
              cooling[#cooling + 1] = ends - now
              cooling[#cooling + 1] = text
            end
          end
        end
        local pins, last, more = {}, since, 0
        local read = redis.call('XREAD', 'COUNT', 1000, 'STREAMS', KEYS[3], since)
        if read then
          local entries = read[1][2]
          if #entries == 1000 then more = 1 end
          for _, entry in ipairs(entries) do
            last = entry[1]
            if entry[2][2] ~= me then
              pins[#pins + 1] = now - tonumber(string.match(last, '^%d+'))
              pins[#pins + 1] = entry[2][4]
            end
          end
        end
        return {version, last, more, cooling, pins}
        """;

    /// <summary>
    /// Writes what this process measured of deployments, and answers the mean of what others measured within the last while: index, age of the
    /// newest in milliseconds, and the three means. Arguments: process, milliseconds a measurement counts, of each deployment: text or empty.
    /// </summary>
    public const string Latency = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local me, keep = ARGV[1], tonumber(ARGV[2])
        local answer = {}
        for i = 1, #KEYS do
          if ARGV[i + 2] ~= '' then
            redis.call('HSET', KEYS[i], me, string.format('%.0f %s', now, ARGV[i + 2]))
            redis.call('PEXPIRE', KEYS[i], keep * 2)
          end
          local all = redis.call('HGETALL', KEYS[i])
          local newest, sums, counts = 0, {0, 0, 0}, {0, 0, 0}
          for j = 1, #all, 2 do
            local at, x, y, z = string.match(all[j + 1], '^(%d+) (%S+) (%S+) (%S+)$')
            at = tonumber(at)
            if at + keep <= now then
              redis.call('HDEL', KEYS[i], all[j])
            elseif all[j] ~= me then
              if at > newest then newest = at end
              for k, value in ipairs({x, y, z}) do
                local number = tonumber(value)
                if number then sums[k], counts[k] = sums[k] + number, counts[k] + 1 end
              end
            end
          end
          if newest > 0 then
            local means = {}
            for k = 1, 3 do means[k] = counts[k] > 0 and string.format('%.9f', sums[k] / counts[k]) or '-' end
            answer[#answer + 1] = i - 1
            answer[#answer + 1] = string.format('%.0f %.0f %s %s %s', newest, now - newest, means[1], means[2], means[3])
          end
        end
        return answer
        """;
}
