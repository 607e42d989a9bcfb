using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using LlmStack.Catalog;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>The JSON texts of a span: usage, cost, parameters, route, written into one reused buffer: each result is valid until the next one.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "A writer over a buffer of its own holds nothing to release.")]
internal sealed class SpanJson
{
    private const int CostDecimals = 12;
    private static readonly string[] KindNames = Enum.GetNames<LlmErrorKind>();
    private static readonly string[] RoleNames = Enum.GetNames<AttemptRole>();
    private static readonly byte[][] Members = [.. Enum.GetValues<UsageBucket>().Select(static bucket => System.Text.Encoding.UTF8.GetBytes($",\"{UsageBucketNames.NameOf(bucket)}\":"))];
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _writer;
    private readonly byte[] _numbers = new byte[2048];

    // An application asks most of its calls with the same options.
    private SamplingOptions _lastSampling;
    private byte[]? _lastParameters;

    public SpanJson() => _writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public static string KindName(LlmErrorKind kind) => (uint)kind < (uint)KindNames.Length ? KindNames[(int)kind] : KindNames[0];

    public static string RoleName(AttemptRole role) => (uint)role < (uint)RoleNames.Length ? RoleNames[(int)role] : RoleNames[0];

    /// <summary>Disjoint buckets: the server adds up whatever it is given.</summary>
    public ReadOnlySpan<byte> Usage(UsageDetails usage, in UsageBuckets buckets)
    {
        long total = buckets.Total;
        if (total == 0 && usage.TotalTokenCount is > 0)
        {
            total = usage.TotalTokenCount.Value;
        }

        var text = new JsonNumbers(_numbers);
        text.Add("{\"input\":"u8, buckets[UsageBucket.Input]);
        for (BucketMask shown = buckets.Used.Without(UsageBucket.Input).With(UsageBucket.Output); !shown.IsEmpty;)
        {
            shown = shown.TakeFirst(out UsageBucket bucket);
            if (bucket > UsageBucket.Citation)
            {
                break;
            }

            text.Add(Members[(int)bucket], buckets[bucket]);
        }

        text.Add(",\"total\":"u8, total);
        return text.End();
    }

    public ReadOnlySpan<byte> Cost(scoped in CostAmounts cost)
    {
        if (cost.AreIntegers)
        {
            return IntegerCost(cost);
        }

        var text = new JsonNumbers(_numbers);
        text.Add("{\"input\":"u8, Round(cost[UsageBucket.Input]));
        for (UsageBucket bucket = UsageBucket.InputAudio; bucket <= UsageBucket.Requests; bucket++)
        {
            if (bucket == UsageBucket.Output)
            {
                text.Add(",\"output\":"u8, Round(cost[bucket]));
            }
            else
            {
                text.AddNonZero(Members[(int)bucket], cost[bucket]);
            }
        }

        text.Add(",\"total\":"u8, Round(cost.Total));
        return text.End();
    }

    private ReadOnlySpan<byte> IntegerCost(scoped in CostAmounts cost)
    {
        var text = new JsonNumbers(_numbers);
        text.AddDollars("{\"input\":"u8, cost.IntegerOf(UsageBucket.Input));
        for (BucketMask shown = cost.Used.Without(UsageBucket.Input).With(UsageBucket.Output); !shown.IsEmpty;)
        {
            shown = shown.TakeFirst(out UsageBucket bucket);
            if (cost.IntegerOf(bucket) is var amount && (amount != 0 || bucket == UsageBucket.Output))
            {
                text.AddDollars(Members[(int)bucket], amount);
            }
        }

        text.AddDollars(",\"total\":"u8, cost.IntegerTotal);
        return text.End();
    }

    /// <summary>The sampling options that are set; empty when none is.</summary>
    public ReadOnlySpan<byte> Parameters(ChatOptions options)
    {
        var sampling = new SamplingOptions(options);
        if (options.StopSequences is { Count: > 0 })
        {
            return WriteParameters(options);
        }

        if (_lastParameters is null || !_lastSampling.Equals(sampling))
        {
            _lastParameters = WriteParameters(options).ToArray();
            _lastSampling = sampling;
        }

        return _lastParameters;
    }

    private ReadOnlySpan<byte> WriteParameters(ChatOptions options)
    {
        Start();
        long empty = _writer.BytesPending;
        Number("temperature"u8, options.Temperature);
        Number("top_p"u8, options.TopP);
        Integer("top_k"u8, options.TopK);
        Integer("max_tokens"u8, options.MaxOutputTokens);
        Number("frequency_penalty"u8, options.FrequencyPenalty);
        Number("presence_penalty"u8, options.PresencePenalty);
        Integer("seed"u8, options.Seed);
        if (options.StopSequences is { Count: > 0 } stops)
        {
            _writer.WriteStartArray("stop"u8);
            for (int i = 0; i < stops.Count; i++)
            {
                _writer.WriteStringValue(stops[i]);
            }

            _writer.WriteEndArray();
        }

        if (options.ResponseFormat is { } format)
        {
            _writer.WriteString("response_format"u8, format is ChatResponseFormatJson { Schema: not null } ? "json_schema"u8 : format is ChatResponseFormatJson ? "json_object"u8 : "text"u8);
        }

        bool any = _writer.BytesPending > empty;
        ReadOnlySpan<byte> json = End();
        return any ? json : default;
    }

    public ReadOnlySpan<byte> Route(CallRoute route)
    {
        Start();
        _writer.WriteString("requested"u8, route.RequestedName);
        Text("alias"u8, route.Alias);
        Text("group"u8, route.Group);
        Text("pool"u8, route.Pool);
        Text("deployment"u8, route.Deployment);
        Text("provider"u8, route.Provider);
        Text("model"u8, route.Model);
        Text("reason"u8, route.Reason);
        Text("limited_by"u8, route.LimitedBy);
        _writer.WriteNumber("snapshot"u8, route.SnapshotVersion);

        // A call served by its first attempt says nothing more there than above.
        if (route.WrittenAttempts is { } attempts)
        {
            _writer.WriteStartArray("attempts"u8);
            for (int i = 0; i < attempts.Count; i++)
            {
                Attempt(attempts[i]);
            }

            _writer.WriteEndArray();
        }

        return End();
    }

    internal static decimal Round(decimal amount) => amount.Scale <= CostDecimals ? amount : Math.Round(amount, CostDecimals, MidpointRounding.ToEven);

    private void Attempt(RouteAttempt attempt)
    {
        _writer.WriteStartObject();
        _writer.WriteString("deployment"u8, attempt.Deployment);
        if (attempt.Error is { } kind)
        {
            _writer.WriteString("kind"u8, KindName(kind));
        }

        if (attempt.Role != AttemptRole.Usual)
        {
            _writer.WriteString("role"u8, RoleName(attempt.Role));
        }

        Integer("status"u8, attempt.StatusCode);
        Text("message"u8, attempt.Message ?? attempt.Rejection);
        Text("request_id"u8, attempt.RequestId);
        _writer.WriteNumber("wait_ms"u8, Milliseconds(attempt.Wait));
        _writer.WriteNumber("duration_ms"u8, Milliseconds(attempt.Duration));
        Part("credential_ms"u8, attempt.Credential);
        Part("connect_ms"u8, attempt.Connect);
        if (attempt.MayHaveBeenBilled)
        {
            _writer.WriteBoolean("may_have_been_billed"u8, value: true);
        }

        _writer.WriteEndObject();
    }

    /// <summary>A part of the duration; left out when it took no time.</summary>
    private void Part(ReadOnlySpan<byte> name, TimeSpan time)
    {
        if (time > TimeSpan.Zero)
        {
            _writer.WriteNumber(name, Milliseconds(time));
        }
    }

    private static double Milliseconds(TimeSpan time) => time.Ticks / (double)TimeSpan.TicksPerMillisecond;

    private void Start()
    {
        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
        _writer.WriteStartObject();
    }

    private ReadOnlySpan<byte> End()
    {
        _writer.WriteEndObject();
        _writer.Flush();
        return _buffer.WrittenSpan;
    }

    private void Number(ReadOnlySpan<byte> name, float? value)
    {
        if (value is { } number && float.IsFinite(number))
        {
            _writer.WriteNumber(name, number);
        }
    }

    private void Integer(ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
        {
            _writer.WriteNumber(name, number);
        }
    }

    private void Text(ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            _writer.WriteString(name, value);
        }
    }
}
