using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using LlmStack.Catalog;
using LlmStack.Routing;
using LlmStack.Tracing.Media;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>Reads what <see cref="JsonLinesFormat"/> writes. Fields of later versions are passed over, missing ones are left out.</summary>
internal sealed class JsonLinesParser
{
    private readonly Dictionary<string, LlmContext> _contexts = new(StringComparer.Ordinal);

    /// <summary>Reads a line, which is a span or a score.</summary>
    /// <exception cref="FormatException">It is neither; the message says what is wrong, without content.</exception>
    public void Parse(ReadOnlyMemory<byte> line, out SpanRecord? span, out ScoreData? score)
    {
        span = null;
        score = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            switch (root.ValueKind == JsonValueKind.Object ? Text(root, "kind") : null)
            {
                case "span":
                    span = Span(root);
                    break;
                case "score":
                    score = Score(root);
                    break;
                default:
                    throw new FormatException("is neither a span nor a score: 'kind' is not \"span\" or \"score\"");
            }
        }
        catch (JsonException exception)
        {
            throw new FormatException("is no whole JSON object", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new FormatException("has a field of a wrong type or value", exception);
        }
    }

    private SpanRecord Span(JsonElement line)
    {
        var record = new SpanRecord
        {
            TraceId = TraceIdOf(line, "trace_id") ?? throw new FormatException("has no 'trace_id'"),
            SpanId = SpanIdOf(line, "span_id") ?? throw new FormatException("has no 'span_id'"),
            ParentSpanId = SpanIdOf(line, "parent_span_id") ?? default,
            IsAppRoot = Flag(line, "app_root"),
            Name = Text(line, "name") ?? "",
            Type = Find<ObservationType>(Text(line, "type"), ObservationTypes.NameOf) ?? ObservationType.Span,
            Level = Find<ObservationLevel>(Text(line, "level"), ObservationTypes.NameOf) ?? ObservationLevel.Default,
            StatusMessage = Text(line, "status_message"),
            StartUnixNanos = Number(line, "start_unix_nano") ?? throw new FormatException("has no 'start_unix_nano'"),
            EndUnixNanos = Number(line, "end_unix_nano") ?? throw new FormatException("has no 'end_unix_nano'"),
            FirstTokenUnixNanos = Number(line, "first_token_unix_nano") ?? 0,
            Operation = Text(line, "operation"),
            ProviderName = Text(line, "provider"),
            Model = Text(line, "model"),
            ResponseModel = Text(line, "response_model"),
            ResponseId = Text(line, "response_id"),
            FinishReason = Text(line, "finish_reason"),
            ErrorKind = KindOf(Text(line, "error_kind")),
            Streaming = Flag(line, "streaming"),
            BoundRegion = Text(line, "bound_region"),
            Context = line.TryGetProperty("trace", out JsonElement context) ? Context(context) : LlmContext.Empty,
        };
        record.ErrorType = record.ErrorKind is null ? Text(line, "error_type") : null;
        if (line.TryGetProperty("prompt", out JsonElement prompt))
        {
            record.Prompt = new PromptReference(Text(prompt, "name") ?? "", (int)(Number(prompt, "version") ?? 0));
        }

        if (line.TryGetProperty("metadata", out JsonElement metadata))
        {
            foreach (JsonProperty pair in metadata.EnumerateObject())
            {
                record.AddMetadata(pair.Name, pair.Value.GetString() ?? "");
            }
        }

        ReplayedSpan replayed = Facts(line);
        record.Replayed = replayed;
        record.Usage = replayed.Usage.Length > 0 ? JsonLinesUsage.Read(line.GetProperty("usage")) : null;
        record.Options = replayed.Parameters.Length > 0 ? JsonLinesUsage.ReadParameters(line.GetProperty("parameters")) : null;
        TakeContent(record, line);
        return record;
    }

    private static ReplayedSpan Facts(JsonElement line)
    {
        AttemptFacts? attempt = null;
        if (line.TryGetProperty("attempt", out JsonElement facts))
        {
            attempt = new AttemptFacts(
                Text(facts, "deployment") ?? "",
                KindOf(Text(facts, "error")),
                Find<AttemptRole>(Text(facts, "role"), SpanJson.RoleName) ?? AttemptRole.Usual,
                (int?)Number(facts, "status"),
                Number(facts, "wait_ms") ?? 0,
                Flag(facts, "may_have_been_billed"),
                Part(facts, "credential_ms"),
                Part(facts, "connect_ms"),
                (int)(Number(facts, "number") ?? 0));
        }

        decimal? total = line.TryGetProperty("cost_usd", out JsonElement cost) ? cost.GetDecimal() : null;
        return new ReplayedSpan
        {
            Deployment = Text(line, "deployment"),
            Usage = Raw(line, "usage"),
            Cost = Raw(line, "cost"),
            CostTotal = total,
            Parameters = Raw(line, "parameters"),
            Route = Raw(line, "route"),
            Credential = Part(line, "credential_ms"),
            Connect = Part(line, "connect_ms"),
            Attempt = attempt,
        };
    }

    private static void TakeContent(SpanRecord record, JsonElement line)
    {
        record.Configure(captures: true, int.MaxValue, TraceValueWriter.Default);
        record.SetInput(Raw(line, "input"));
        record.SetOutput(Raw(line, "output"));
        if (!line.TryGetProperty("media", out JsonElement media))
        {
            return;
        }

        foreach (JsonElement item in media.EnumerateArray())
        {
            MediaField field = Text(item, "field") == "output" ? MediaField.Output : MediaField.Input;
            string type = Text(item, "content_type") ?? throw new FormatException("has a file without 'content_type'");
            (record.Media ??= []).Add(MediaItem.Of(field, type, item.GetProperty("data").GetBytesFromBase64()));
        }
    }

    /// <summary>Spans of a trace share their labels, so they share the object: sinks encode it once.</summary>
    private LlmContext Context(JsonElement labels)
    {
        string text = labels.GetRawText();
        if (_contexts.TryGetValue(text, out LlmContext? known))
        {
            return known;
        }

        if (_contexts.Count >= 256)
        {
            _contexts.Clear();
        }

        var context = new LlmContext
        {
            TraceName = Text(labels, "name"),
            UserId = Text(labels, "user_id"),
            Team = Text(labels, "team"),
            Project = Text(labels, "project"),
            Key = Text(labels, "key"),
            SessionId = Text(labels, "session_id"),
            Feature = Text(labels, "feature"),
            Route = Text(labels, "route"),
            Experiment = Text(labels, "experiment"),
            PromptVariant = Text(labels, "prompt_variant"),
            Surface = Text(labels, "surface"),
            QueryType = Text(labels, "query_type"),
            RankingPipeline = Text(labels, "ranking_pipeline"),
            Version = Text(labels, "version"),
            Public = Flag(labels, "public"),
            Tags = labels.TryGetProperty("tags", out JsonElement tags) ? [.. tags.EnumerateArray().Select(static tag => tag.GetString() ?? "")] : [],
            Metadata = labels.TryGetProperty("metadata", out JsonElement metadata)
                ? metadata.EnumerateObject().ToImmutableDictionary(static pair => pair.Name, static pair => pair.Value.GetString() ?? "", StringComparer.Ordinal)
                : ImmutableDictionary<string, string>.Empty,
        };
        _contexts.Add(text, context);
        return context;
    }

    private static ScoreData Score(JsonElement line)
    {
        ScoreDataType type = Find<ScoreDataType>(Text(line, "data_type"), ObservationTypes.NameOf) ?? throw new FormatException("has no known 'data_type'");
        bool isNumber = type is ScoreDataType.Numeric or ScoreDataType.Boolean;
        return new ScoreData
        {
            Id = Text(line, "id"),
            Name = Text(line, "name") ?? throw new FormatException("has no 'name'"),
            DataType = type,
            Value = isNumber ? line.GetProperty("value").GetDouble() : 0,
            StringValue = isNumber ? null : Text(line, "value"),
            TraceId = TraceIdOf(line, "trace_id"),
            ObservationId = SpanIdOf(line, "observation_id"),
            SessionId = Text(line, "session_id"),
            DatasetRunId = Text(line, "dataset_run_id"),
            ConfigId = Text(line, "config_id"),
            Project = Text(line, "project"),
            Comment = Text(line, "comment"),
            Timestamp = line.GetProperty("timestamp").GetDateTimeOffset(),
        };
    }

    private static TraceId? TraceIdOf(JsonElement line, string name) => Text(line, name) is not { } text ? null
        : TraceId.TryParse(text, out TraceId id) ? id : throw new FormatException($"has a '{name}' that is not 32 hexadecimal digits");

    private static SpanId? SpanIdOf(JsonElement line, string name) => Text(line, name) is not { } text ? null
        : SpanId.TryParse(text, out SpanId id) ? id : throw new FormatException($"has a '{name}' that is not 16 hexadecimal digits");

    private static LlmErrorKind? KindOf(string? name) => Find<LlmErrorKind>(name, SpanJson.KindName);

    [SuppressMessage("Design", "MA0042", Justification = "Values of an enumeration, not I/O.")]
    private static T? Find<T>(string? name, Func<T, string> nameOf)
        where T : struct, Enum
    {
        foreach (T value in name is null ? [] : Enum.GetValues<T>())
        {
            if (string.Equals(nameOf(value), name, StringComparison.Ordinal))
            {
                return value;
            }
        }

        return null;
    }

    private static byte[] Raw(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement value) ? JsonMarshal.GetRawUtf8Value(value).ToArray() : [];

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static long? Number(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : null;

    private static TimeSpan Part(JsonElement line, string name) =>
        line.TryGetProperty(name, out JsonElement value) ? new TimeSpan((long)(value.GetDecimal() * TimeSpan.TicksPerMillisecond)) : TimeSpan.Zero;

    private static bool Flag(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement value) && value.GetBoolean();
}
