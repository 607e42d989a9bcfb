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
}
