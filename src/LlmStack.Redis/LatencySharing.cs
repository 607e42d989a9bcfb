using System.Globalization;
using LlmStack.Health;
using LlmStack.Routing;
using StackExchange.Redis;

namespace LlmStack.Redis;

/// <summary>
/// Exchanges latency estimates, once a second and 200 deployments at a time. A process tells those of deployments that it has called since; the
/// mean of the others counts here as one more sample, once for each time that one of them measured.
/// </summary>
internal sealed class LatencySharing(string prefix, string instance, SnapshotSource snapshots, TimeProvider time)
{
    private const int MostAtOnce = 200;

    /// <summary>Older measurements say nothing about now.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private RoutingSnapshot? _snapshot;
    private Deployment[] _deployments = [];
    private int _next;
    private long _nextTime = long.MinValue;

    public async Task ExchangeAsync(Func<string, RedisKey[], RedisValue[], Task<RedisResult>> run)
    {
        long now = time.GetTimestamp();
        if (now < _nextTime)
        {
            return;
        }

        Renew();
        if (_deployments.Length == 0)
        {
            return;
        }

        _nextTime = now + (long)(Pause.TotalSeconds * time.TimestampFrequency);
        Deployment[] part = [.. Enumerable.Range(0, Math.Min(MostAtOnce, _deployments.Length)).Select(i => _deployments[(_next + i) % _deployments.Length])];
        _next = (_next + part.Length) % _deployments.Length;
        var values = new RedisValue[part.Length + 2];
        values[0] = instance;
        values[1] = (long)Fresh.TotalMilliseconds;
        for (int i = 0; i < part.Length; i++)
        {
            values[i + 2] = Measured(part[i]);
        }

        RedisResult answer = await run(RedisScripts.Latency, [.. part.Select(deployment => (RedisKey)$"{prefix}l:{deployment.Id}")], values).ConfigureAwait(false);
        Apply(part, (RedisResult[])answer!);
    }

    private void Renew()
    {
        RoutingSnapshot snapshot = snapshots.Current;
        if (ReferenceEquals(snapshot, _snapshot))
        {
            return;
        }

        _snapshot = snapshot;
        _deployments = [.. snapshot.Deployments.Values];
        _next = 0;
        foreach (string gone in _known.Keys.Where(id => !snapshot.Deployments.ContainsKey(id)).ToArray())
        {
            _known.Remove(gone);
        }
    }

    /// <summary>What is told of a deployment: empty unless it was called since.</summary>
    private string Measured(Deployment deployment)
    {
        DeploymentHealth health = deployment.Health;
        long calls = health.Successes + health.Failures;
        Known known = _known.GetValueOrDefault(deployment.Id);
        if (calls == known.Calls)
        {
            return "";
        }

        _known[deployment.Id] = known with { Calls = calls };
        return $"{Write(health.Answer.Seconds)} {Write(health.FirstToken.Seconds)} {Write(health.PerToken.Seconds)}";
    }

    private void Apply(Deployment[] part, RedisResult[] answer)
    {
        for (int i = 0; i + 1 < answer.Length; i += 2)
        {
            Deployment deployment = part[(int)(long)answer[i]];
            string[] words = ((string?)answer[i + 1] ?? "").Split(' ');
            Known known = _known.GetValueOrDefault(deployment.Id);
            if (words.Length == 5
                && long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out long newest)
                && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long age)
                && newest != known.Newest)
            {
                _known[deployment.Id] = known with { Newest = newest };
                long now = time.GetTimestamp();
                deployment.Health.Blend(Read(words[2]), Read(words[3]), Read(words[4]), now - (age * time.TimestampFrequency / 1_000), now, time.TimestampFrequency);
            }
        }
    }

    private static string Write(double seconds) => double.IsNaN(seconds) ? "-" : seconds.ToString("F9", CultureInfo.InvariantCulture);

    private static double Read(string word) => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) ? seconds : double.NaN;

    /// <param name="Calls">How many calls there had been when it was told.</param>
    /// <param name="Newest">The time, Redis' own, of the others' newest measurement that counted.</param>
    private readonly record struct Known(long Calls, long Newest);
}
