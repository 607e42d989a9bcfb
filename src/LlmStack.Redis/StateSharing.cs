using System.Collections.Concurrent;
using System.Globalization;
using LlmStack.Health;
using LlmStack.Routing;
using StackExchange.Redis;

namespace LlmStack.Redis;

/// <summary>Exchanges cooldowns and where sessions belong.</summary>
internal sealed class StateSharing(string prefix, string instance, HealthTracker health, AffinityStore affinities, SnapshotSource snapshots, TimeProvider time)
{
    /// <summary>The most that waits for an exchange; further pins are not told, and their sessions may move.</summary>
    public const int MostWaiting = 10_000;

    /// <summary>So much in one script at most, because Redis serves nobody else meanwhile.</summary>
    private const int MostAtOnce = 500;

    /// <summary>How long Redis keeps the list of pins, and the number of the last change of the cooldowns, without use.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private readonly ConcurrentQueue<SharedCooldown> _cooled = new();
    private readonly ConcurrentQueue<SharedPin> _pinned = new();
    private readonly Dictionary<string, SharedCooldown> _own = new(StringComparer.Ordinal);
    private readonly RedisKey[] _keys = [$"{prefix}cooldowns", $"{prefix}cooldowns-version", $"{prefix}pins"];
    private int _waiting;
    private string _version = "";
    private string _lastPin = "0-0";
    private bool _tellAll;

    public void Cooled(in SharedCooldown cooldown) => _cooled.Enqueue(cooldown);

    public void Pinned(in SharedPin pin)
    {
        if (Interlocked.Increment(ref _waiting) <= MostWaiting)
        {
            _pinned.Enqueue(pin);
        }
        else
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Redis may have lost anything.</summary>
    /// <param name="isCertain">It certainly has: then what this process remembers of sessions is told again as well.</param>
    public void TellAll(bool isCertain)
    {
        _tellAll = true;
        if (isCertain)
        {
            _lastPin = "0-0";
            foreach (SharedPin pin in affinities.All())
            {
                Pinned(pin);
            }
        }
    }

    public async Task ExchangeAsync(Func<string, RedisKey[], RedisValue[], Task<RedisResult>> run)
    {
        bool more = true;
        while (more)
        {
            List<RedisValue> values = [instance, _version, _lastPin, AffinityStore.Capacity, (long)Kept.TotalMilliseconds, 0];
            List<SharedPin> pins = [];
            try
            {
                values[5] = AddCooldowns(values);
                while (pins.Count < MostAtOnce && _pinned.TryDequeue(out SharedPin pin))
                {
                    Interlocked.Decrement(ref _waiting);
                    pins.Add(pin);
                    if (PinText.Write(pin) is { } text)
                    {
                        values.Add(text);
                    }
                }

                RedisResult answer = await run(RedisScripts.State, _keys, [.. values]).ConfigureAwait(false);
                more = Apply((RedisResult[])answer!) || !_pinned.IsEmpty;
            }
            catch
            {
                // Telling a pin twice does no harm.
                _tellAll = true;
                foreach (SharedPin pin in pins)
                {
                    Pinned(pin);
                }

                throw;
            }
        }
    }

    /// <summary>Those that are new, or all that still last; returns their number.</summary>
    private int AddCooldowns(List<RedisValue> values)
    {
        long now = time.GetTimestamp();
        HashSet<string> fields = new(StringComparer.Ordinal);
        while (_cooled.TryDequeue(out SharedCooldown cooldown))
        {
            string field = CooldownText.Field(cooldown);
            _own[field] = cooldown;
            fields.Add(field);
        }

        if (_tellAll)
        {
            _tellAll = false;
            fields.UnionWith(_own.Keys);
        }

        int count = 0;
        foreach (string field in fields)
        {
            SharedCooldown cooldown = _own[field];
            bool ended = cooldown.Until == 0;
            if (ended || cooldown.Until > now)
            {
                values.Add(field);
                values.Add(ended ? 0 : Math.Max(1, (long)time.GetElapsedTime(now, cooldown.Until).TotalMilliseconds));
                values.Add(CooldownText.Write(cooldown));
                count++;
            }
        }

        foreach (string field in _own.Where(pair => pair.Value.Until <= now).Select(static pair => pair.Key).ToArray())
        {
            _own.Remove(field);
        }

        return count;
    }

    /// <summary>Returns whether there are more pins to read.</summary>
    private bool Apply(RedisResult[] answer)
    {
        _version = (string?)answer[0] ?? "";
        _lastPin = (string?)answer[1] ?? "0-0";
        RedisResult[] cooling = (RedisResult[])answer[3]!;
        for (int i = 0; i + 2 < cooling.Length; i += 3)
        {
            if (CooldownText.TryRead((string?)cooling[i], (string?)cooling[i + 2], out SharedCooldown cooldown))
            {
                Deployment? deployment = null;
                if (cooldown.Deployment is null || snapshots.Current.Deployments.TryGetValue(cooldown.Deployment, out deployment))
                {
                    health.Adopt(deployment, cooldown.Key, TimeSpan.FromMilliseconds((long)cooling[i + 1]), cooldown.Kind, cooldown.Trips);
                }
            }
        }

        RedisResult[] pins = (RedisResult[])answer[4]!;
        for (int i = 0; i + 1 < pins.Length; i += 2)
        {
            if (PinText.TryRead((string?)pins[i + 1], out SharedPin pin) && pin.Keep - TimeSpan.FromMilliseconds((long)pins[i]) is { Ticks: > 0 } left)
            {
                affinities.Adopt(pin with { Keep = left });
            }
        }

        return (long)answer[2] == 1;
    }

    /// <summary>How a cooldown is written: the field says whose it is, the text why.</summary>
    internal static class CooldownText
    {
        private const char Separator = '\u001f';

        public static string Field(in SharedCooldown cooldown) => $"{cooldown.Deployment}{Separator}{cooldown.Key}";

        public static string Write(in SharedCooldown cooldown) => string.Create(CultureInfo.InvariantCulture, $"{(int)cooldown.Kind} {(cooldown.Trips ? 1 : 0)}");

        public static bool TryRead(string? field, string? text, out SharedCooldown cooldown)
        {
            cooldown = default;
            int cut = field?.IndexOf(Separator, StringComparison.Ordinal) ?? -1;
            string[] words = text?.Split(' ') ?? [];
            if (cut < 0 || words.Length != 2 || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int kind))
            {
                return false;
            }

            string deployment = field![..cut];
            string key = field[(cut + 1)..];
            cooldown = new SharedCooldown(deployment.Length == 0 ? null : deployment, key.Length == 0 ? null : key, 0, (LlmErrorKind)kind, words[1] == "1");
            return cooldown.Deployment is not null || cooldown.Key is not null;
        }
    }
}
