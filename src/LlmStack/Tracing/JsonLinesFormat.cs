using System.Text.Encodings.Web;
using System.Text.Json;
using LlmStack.Catalog;
using LlmStack.Tracing.Media;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>Spans and scores as one JSON object each, complete enough to be sent again later under the same ids.</summary>
internal static class JsonLinesFormat
{
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Emit runs on the threads of callers, and these texts are written into one buffer each.
    [ThreadStatic]
    private static SpanJson? _texts;

    private static SpanJson Texts => _texts ??= new SpanJson();

    public static void Write(Utf8JsonWriter writer, in SpanData span)
    {
        SpanRecord record = span.Record;
        writer.WriteStartObject();
        writer.WriteString("kind", "span");
        WriteIdentity(writer, record);
        String(writer, "status_message", record.StatusMessage);
        WriteCall(writer, record);
        WriteUsage(writer, record);
        WriteContext(writer, record.Context);
        if (record.Metadata is { Count: > 0 } metadata)
        {
            writer.WriteStartObject("metadata");
            foreach (KeyValuePair<string, string> pair in metadata)
            {
                writer.WriteString(pair.Key, pair.Value);
            }

            writer.WriteEndObject();
        }

        Json(writer, "input", record.InputJson);
        Json(writer, "output", record.OutputJson);
        WriteMedia(writer, record.Media);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, in ScoreData score)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "score");
        String(writer, "id", score.Id);
        writer.WriteString("name", score.Name);
        writer.WriteString("data_type", ObservationTypes.NameOf(score.DataType));
        if (score.DataType is ScoreDataType.Numeric or ScoreDataType.Boolean)
        {
            writer.WriteNumber("value", score.Value);
        }
        else
        {
            writer.WriteString("value", score.StringValue);
        }

        String(writer, "trace_id", score.TraceId?.ToString());
        String(writer, "observation_id", score.ObservationId?.ToString());
        String(writer, "session_id", score.SessionId);
        String(writer, "dataset_run_id", score.DatasetRunId);
        String(writer, "config_id", score.ConfigId);
        String(writer, "project", score.Project);
        String(writer, "comment", score.Comment);
        writer.WriteString("timestamp", score.Timestamp);
        writer.WriteEndObject();
    }

    private static void WriteIdentity(Utf8JsonWriter writer, SpanRecord record)
    {
        writer.WriteString("trace_id", record.TraceId.ToString());
        writer.WriteString("span_id", record.SpanId.ToString());
        if (!record.ParentSpanId.IsEmpty)
        {
            writer.WriteString("parent_span_id", record.ParentSpanId.ToString());
        }

        if (record.IsAppRoot)
        {
            writer.WriteBoolean("app_root", true);
        }

        writer.WriteString("name", record.Name);
        writer.WriteString("type", ObservationTypes.NameOf(record.Type));
        writer.WriteNumber("start_unix_nano", record.StartUnixNanos);
        writer.WriteNumber("end_unix_nano", record.EndUnixNanos);
        if (record.FirstTokenUnixNanos != 0)
        {
            writer.WriteNumber("first_token_unix_nano", record.FirstTokenUnixNanos);
        }

        writer.WriteString("level", ObservationTypes.NameOf(record.Level));
    }

    private static void WriteCall(Utf8JsonWriter writer, SpanRecord record)
    {
        String(writer, "operation", record.Operation);
        String(writer, "provider", record.ProviderName);
        String(writer, "deployment", record.DeploymentId);
        String(writer, "model", record.Model);
        String(writer, "response_model", record.ResponseModel);
        String(writer, "response_id", record.ResponseId);
        String(writer, "finish_reason", record.FinishReason);
        String(writer, "error_kind", record.ErrorKind is { } failure ? SpanJson.KindName(failure) : null);
        String(writer, "error_type", record.ErrorKind is { } kind ? ErrorKindTraits.NameOf(kind) : record.ErrorType);
        if (record.Streaming)
        {
            writer.WriteBoolean("streaming", true);
        }

        if (record.Prompt is { } prompt)
        {
            writer.WriteStartObject("prompt");
            writer.WriteString("name", prompt.Name);
            writer.WriteNumber("version", prompt.Version);
            writer.WriteEndObject();
        }

        String(writer, "bound_region", record.BoundRegion);
        Raw(writer, "parameters", record.Replayed is { } replayed ? replayed.Parameters : record.Options is { } options ? Texts.Parameters(options) : default);
        WriteRoute(writer, record);
    }

    private static void WriteRoute(Utf8JsonWriter writer, SpanRecord record)
    {
        AttemptFacts? attempt = AttemptFacts.Of(record);
        (TimeSpan credential, TimeSpan connect) = AttemptFacts.PartsOf(record);
        Part(writer, "credential_ms", credential);
        Part(writer, "connect_ms", connect);
        if (record.Replayed is { } replayed)
        {
            Raw(writer, "route", replayed.Route);
        }
        else if (record.Route is { } route && attempt is null)
        {
            Raw(writer, "route", Texts.Route(route));
        }

        if (attempt is not { } facts)
        {
            return;
        }

        writer.WriteStartObject("attempt");
        writer.WriteString("deployment", facts.Deployment);
        String(writer, "error", facts.Error is { } error ? SpanJson.KindName(error) : null);
        writer.WriteString("role", SpanJson.RoleName(facts.Role));
        if (facts.StatusCode is { } status)
        {
            writer.WriteNumber("status", status);
        }

        writer.WriteNumber("wait_ms", facts.WaitMilliseconds);
        writer.WriteBoolean("may_have_been_billed", facts.MayHaveBeenBilled);
        Part(writer, "credential_ms", facts.Credential);
        Part(writer, "connect_ms", facts.Connect);
        writer.WriteNumber("number", facts.Number);
        writer.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter writer, SpanRecord record)
    {
        // Disjoint buckets: adding them up gives the total.
        if (record.Usage is { } usage)
        {
            Raw(writer, "usage", record.Replayed is { } replayed ? replayed.Usage : Texts.Usage(usage, UsageBuckets.From(usage)));
        }
        else if (record.ErrorKind is null && record.Attempt is null && AttemptFacts.FailureOf(record) is not null)
        {
            // That it was cancelled before anything was used is told by nothing else in the line.
            Raw(writer, "usage", """{"input":0,"output":0,"total":0}"""u8);
        }

        if (record.Replayed is { } said)
        {
            Cost(writer, said.Cost, said.CostTotal);
        }
        else if (CostCalculator.TryCompute(record.Deployment?.Price, record.Usage, record.Billing, out CostAmounts cost))
        {
            Cost(writer, Texts.Cost(cost), cost.Total);
        }
    }

    private static void Cost(Utf8JsonWriter writer, ReadOnlySpan<byte> buckets, decimal? total)
    {
        if (total is { } amount)
        {
            writer.WriteNumber("cost_usd", amount);
            Raw(writer, "cost", buckets);
        }
    }

    /// <summary>The files that references in input and output stand for.</summary>
    private static void WriteMedia(Utf8JsonWriter writer, List<MediaItem>? media)
    {
        if (media is not { Count: > 0 })
        {
            return;
        }

        writer.WriteStartArray("media");
        foreach (MediaItem item in media)
        {
            writer.WriteStartObject();
            writer.WriteString("field", item.Field == MediaField.Input ? "input" : "output");
            writer.WriteString("content_type", item.ContentType);
            writer.WriteBase64String("data", item.Bytes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteContext(Utf8JsonWriter writer, LlmContext context)
    {
        writer.WriteStartObject("trace");
        String(writer, "name", context.TraceName);
        String(writer, "user_id", context.UserId);
        String(writer, "team", context.Team);
        String(writer, "project", context.Project);
        String(writer, "key", context.Key);
        String(writer, "session_id", context.SessionId);
        String(writer, "feature", context.Feature);
        String(writer, "route", context.Route);
        String(writer, "experiment", context.Experiment);
        String(writer, "prompt_variant", context.PromptVariant);
        String(writer, "surface", context.Surface);
        String(writer, "query_type", context.QueryType);
        String(writer, "ranking_pipeline", context.RankingPipeline);
        String(writer, "version", context.Version);
        if (context.Public)
        {
            writer.WriteBoolean("public", true);
        }

        if (!context.Tags.IsDefaultOrEmpty)
        {
            writer.WriteStartArray("tags");
            foreach (string tag in context.Tags)
            {
                writer.WriteStringValue(tag);
            }

            writer.WriteEndArray();
        }

        if (context.Metadata.Count > 0)
        {
            writer.WriteStartObject("metadata");
            foreach (KeyValuePair<string, string> pair in context.Metadata)
            {
                writer.WriteString(pair.Key, pair.Value);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Json(Utf8JsonWriter writer, string name, ReadOnlySpan<byte> utf8Json)
    {
        if (utf8Json.IsEmpty)
        {
            return;
        }

        if (!IsJson(utf8Json))
        {
            writer.WriteString(name, utf8Json);
            return;
        }

        writer.WritePropertyName(name);
        if (utf8Json.ContainsAny((byte)'\n', (byte)'\r'))
        {
            // A provider may send JSON over several lines, and a line of the file must be one object.
            var reader = new Utf8JsonReader(utf8Json);
            JsonElement.ParseValue(ref reader).WriteTo(writer);
        }
        else
        {
            writer.WriteRawValue(utf8Json, skipInputValidation: true);
        }
    }

    private static bool IsJson(ReadOnlySpan<byte> utf8Json)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8Json);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Raw(Utf8JsonWriter writer, string name, ReadOnlySpan<byte> json)
    {
        if (!json.IsEmpty)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(json, skipInputValidation: true);
        }
    }

    private static void Part(Utf8JsonWriter writer, string name, TimeSpan time)
    {
        if (time > TimeSpan.Zero)
        {
            writer.WriteNumber(name, time.Ticks / (decimal)TimeSpan.TicksPerMillisecond);
        }
    }

    private static void String(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
