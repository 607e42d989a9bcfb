using System.Globalization;
using System.Text;
using System.Text.Json;
using LlmStack.Catalog;
using LlmStack.Routing;
using LlmStack.Tracing;

namespace LlmStack.Langfuse;

/// <summary>Writes finished spans as OTLP protobuf, in the attributes that Langfuse reads. Not thread-safe: its queue holds the lock.</summary>
internal sealed class OtlpSpanEncoder
{
    private const int SpansField = 2;
    private const int KindInternal = 1;
    private const int KindClient = 3;

    /// <summary>Shorter parts of an attempt, as of an open connection that was free, are not worth an attribute.</summary>
    private static readonly TimeSpan LeastPart = TimeSpan.FromMilliseconds(1);

    private static readonly byte[][] Types = ["span"u8.ToArray(), "generation"u8.ToArray(), "event"u8.ToArray(), "embedding"u8.ToArray(), "agent"u8.ToArray(), "tool"u8.ToArray(), "chain"u8.ToArray(), "retriever"u8.ToArray(), "guardrail"u8.ToArray(), "evaluator"u8.ToArray()];
    private static readonly byte[][] Levels = ["DEFAULT"u8.ToArray(), "DEBUG"u8.ToArray(), "WARNING"u8.ToArray(), "ERROR"u8.ToArray()];
    private readonly byte[] _everySpan;
    private readonly SpanJson _json = new();
    private byte[] _scratch = new byte[1024];

    /// <param name="release">The application's release, or null.</param>
    /// <param name="environment">The normalised environment, or null.</param>
    public OtlpSpanEncoder(string? release, string? environment)
    {
        var writer = new ProtoWriter(new HeapBatchBuffer(256));
        if (!string.IsNullOrEmpty(release))
        {
            writer.Attribute("langfuse.release"u8, release);
        }

        if (environment is not null)
        {
            writer.Attribute("langfuse.environment"u8, environment);
        }

        _everySpan = writer.WrittenBytes.ToArray();
    }

    /// <summary>Encodes a span behind the committed ones; the caller commits the returned number of bytes.</summary>
    public int Encode(IEncodeBuffer buffer, SpanRecord record)
    {
        var writer = new ProtoWriter(buffer);
        int span = writer.Open(SpansField);
        writer.TraceId(record.TraceId);
        writer.SpanId(2, record.SpanId);
        if (!record.ParentSpanId.IsEmpty)
        {
            writer.SpanId(4, record.ParentSpanId);
        }

        writer.String(5, record.Name.Length == 0 ? "span" : record.Name);
        writer.Number(6, record.Operation is null ? KindInternal : KindClient);
        writer.Fixed(7, record.StartUnixNanos);
        writer.Fixed(8, Math.Max(record.StartUnixNanos, record.EndUnixNanos));

        ReadOnlySpan<byte> context = OtlpContextEncoder.Get(record.Context);
        writer.Raw(_everySpan);
        writer.Raw(OtlpContextEncoder.Attributes(context));
        WriteTags(ref writer, OtlpContextEncoder.Tags(context), record.DeploymentId);
        WriteObservation(ref writer, record);
        WriteCall(ref writer, record);
        WriteStatus(ref writer, record);
        writer.Close(span);
        return writer.Written;
    }

    private static void WriteStatus(ref ProtoWriter writer, SpanRecord record)
    {
        if (record.Level == ObservationLevel.Error)
        {
            int status = writer.Open(15);
            if (record.StatusMessage is { Length: > 0 } message)
            {
                writer.String(2, message);
            }

            writer.Number(3, 2);
            writer.Close(status);
        }
    }

    private void WriteTags(ref ProtoWriter writer, ReadOnlySpan<byte> items, string? deployment)
    {
        if (deployment is null)
        {
            if (!items.IsEmpty)
            {
                writer.ArrayAttribute("langfuse.trace.tags"u8, items);
            }

            return;
        }

        // The deployment differs from call to call, so its tag is not part of the context's bytes.
        ReadOnlySpan<byte> label = "deployment:"u8;
        Span<byte> text = Scratch(label.Length + Encoding.UTF8.GetMaxByteCount(deployment.Length));
        label.CopyTo(text);
        int length = label.Length + Encoding.UTF8.GetBytes(deployment, text[label.Length..]);
        text[..length].Replace((byte)',', (byte)' ');
        writer.ArrayAttribute("langfuse.trace.tags"u8, items, lastItem: text[..length]);
    }

    private void WriteObservation(ref ProtoWriter writer, SpanRecord record)
    {
        if (record.IsAppRoot)
        {
            writer.Attribute("langfuse.internal.is_app_root"u8, value: true);
        }

        writer.Attribute("langfuse.observation.type"u8, Types[(uint)record.Type < (uint)Types.Length ? (int)record.Type : 0]);
        writer.Attribute("langfuse.observation.level"u8, Levels[(uint)record.Level < (uint)Levels.Length ? (int)record.Level : 0]);
        if (record.StatusMessage is { Length: > 0 } message)
        {
            writer.Attribute("langfuse.observation.status_message"u8, message);
        }

        WriteContent(ref writer, "langfuse.observation.input"u8, record.InputJson);
        WriteContent(ref writer, "langfuse.observation.output"u8, record.OutputJson);
        if (record.Metadata is { } metadata)
        {
            for (int i = 0; i < metadata.Count; i++)
            {
                if (metadata[i].Key.Length > 0)
                {
                    writer.Attribute("langfuse.observation.metadata."u8, metadata[i].Key, metadata[i].Value);
                }
            }
        }
    }

    /// <summary>Structures go as they are; a JSON string goes as the text it stands for, as every other sender writes texts.</summary>
    private void WriteContent(ref ProtoWriter writer, ReadOnlySpan<byte> key, ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            return;
        }

        if (json[0] != (byte)'"')
        {
            writer.Attribute(key, json);
            return;
        }

        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (!reader.ValueIsEscaped)
        {
            writer.Attribute(key, reader.ValueSpan);
            return;
        }

        Span<byte> text = Scratch(json.Length);
        writer.Attribute(key, text[..reader.CopyString(text)]);
    }

    /// <summary>Whether it has anything of a model call.</summary>
    private static bool IsCall(SpanRecord record) =>
        record.Operation is not null || record.Model is not null || record.Usage is not null || record.Options is not null || record.Prompt is not null || record.FirstTokenUnixNanos > 0 || HasCost(record);

    private static bool HasCost(SpanRecord record) => record.Billing?.ReportedCost is not null || record.Replayed is { Cost.Length: > 0 };

    private void WriteCall(ref ProtoWriter writer, SpanRecord record)
    {
        if (!IsCall(record))
        {
            return;
        }

        // What a user says that a step of his own cost is told; a call above its attempts costs nothing by itself.
        bool priced = record.Type is ObservationType.Generation or ObservationType.Embedding || record.Usage is not null || (record.Operation is null && HasCost(record));

        WriteNames(ref writer, record, priced);

        // The server links generations alone.
        if (record is { Type: ObservationType.Generation, Prompt: { } prompt })
        {
            writer.Attribute("langfuse.observation.prompt.name"u8, prompt.Name);
            writer.Attribute("langfuse.observation.prompt.version"u8, (long)prompt.Version);
        }

        if (priced)
        {
            WriteUsage(ref writer, record);
        }

        if (record.ResponseId is { Length: > 0 } id)
        {
            writer.Attribute("gen_ai.response.id"u8, id);
        }

        ReadOnlySpan<byte> parameters = record.Replayed is { } replayed ? replayed.Parameters : record.Options is { } options ? _json.Parameters(options) : default;
        if (!parameters.IsEmpty)
        {
            writer.Attribute("langfuse.observation.model.parameters"u8, parameters);
        }

        if (record.FirstTokenUnixNanos > 0)
        {
            Span<byte> time = stackalloc byte[33];
            DateTime.UnixEpoch.AddTicks(record.FirstTokenUnixNanos / TimeSpan.NanosecondsPerTick).TryFormat(time, out int length, "O", CultureInfo.InvariantCulture);
            writer.Attribute("langfuse.observation.completion_start_time"u8, time[..length]);
        }

        (TimeSpan credential, TimeSpan connect) = AttemptFacts.PartsOf(record);
        WritePart(ref writer, "langfuse.observation.metadata.credential_ms"u8, credential);
        WritePart(ref writer, "langfuse.observation.metadata.connect_ms"u8, connect);
    }

    /// <summary>Who was asked, how it ended and by which route.</summary>
    private void WriteNames(ref ProtoWriter writer, SpanRecord record, bool priced)
    {
        if (!CallText.Suits(record))
        {
            EncodeNames(ref writer, record, priced);
            return;
        }

        Deployment deployment = record.Deployment!;
        if (deployment.CallText is CallText text && text.IsOf(record))
        {
            writer.Raw(text.Encoded);
            return;
        }

        int start = writer.Written;
        EncodeNames(ref writer, record, priced);
        deployment.CallText = new CallText(record, writer.WrittenBytes[start..].ToArray());
    }

    private void EncodeNames(ref ProtoWriter writer, SpanRecord record, bool priced)
    {
        // These two names make the server ignore model, usage and cost of the span.
        if (record.Operation is { } operation && (!priced || operation is not ("invoke_agent" or "agent_step")))
        {
            writer.Attribute("gen_ai.operation.name"u8, operation);
        }

        if (record.ProviderName is { Length: > 0 } provider)
        {
            writer.Attribute("gen_ai.provider.name"u8, provider);
        }

        // A model on a span without usage lets the server price its text, and the attempts below it once more.
        if (priced)
        {
            WriteModel(ref writer, record);
        }

        if (record.FinishReason is { Length: > 0 } finish)
        {
            writer.Attribute("langfuse.observation.metadata.finish_reason"u8, finish);
        }

        WriteRoute(ref writer, record);
    }

    private static void WriteModel(ref ProtoWriter writer, SpanRecord record)
    {
        string? model = record.ResponseModel is { Length: > 0 } answered ? answered : record.Model;
        if (string.IsNullOrEmpty(model))
        {
            return;
        }

        writer.Attribute("langfuse.observation.model.name"u8, model);
        if (record.Model is { Length: > 0 } requested)
        {
            writer.Attribute("gen_ai.request.model"u8, requested);
        }

        if (record.ResponseModel is { Length: > 0 } response)
        {
            writer.Attribute("gen_ai.response.model"u8, response);
        }
    }

    private void WriteUsage(ref ProtoWriter writer, SpanRecord record)
    {
        UsageBuckets buckets = default;
        if (record.Usage is { } usage)
        {
            buckets = UsageBuckets.From(usage);
            writer.Attribute("langfuse.observation.usage_details"u8, record.Replayed is { } said ? said.Usage : _json.Usage(usage, buckets));
        }
        else if (AttemptFacts.FailureOf(record) is not null)
        {
            // Without any usage the server would count the prompt's tokens and invent a cost for a call that failed, or was cancelled before it was sent.
            writer.Attribute("langfuse.observation.usage_details"u8, """{"input":0,"output":0,"total":0}"""u8);
        }

        if (record.Replayed is { Cost.Length: > 0 } replayed)
        {
            writer.Attribute("langfuse.observation.cost_details"u8, replayed.Cost);
        }
        else if (CostCalculator.TryCompute(record.Deployment?.Price, buckets, record.Usage is not null, record.Billing, out CostAmounts cost))
        {
            writer.Attribute("langfuse.observation.cost_details"u8, _json.Cost(cost));
        }
    }

    private void WriteRoute(ref ProtoWriter writer, SpanRecord record)
    {
        AttemptFacts? attempt = AttemptFacts.Of(record);
        if ((record.DeploymentId ?? attempt?.Deployment) is { } deployment)
        {
            writer.Attribute("langfuse.observation.metadata.deployment"u8, deployment);
        }

        if (record.Replayed is { Route.Length: > 0 } replayed)
        {
            writer.Attribute("langfuse.observation.metadata.route"u8, replayed.Route);
        }
        else if (record.Route is { } route && attempt is null)
        {
            writer.Attribute("langfuse.observation.metadata.route"u8, _json.Route(route));
        }

        if ((record.ErrorKind ?? attempt?.Error) is { } kind)
        {
            writer.Attribute("langfuse.observation.metadata.error_kind"u8, SpanJson.KindName(kind));
        }

        if (attempt is { } facts)
        {
            WriteAttempt(ref writer, facts);
        }
    }

    private static void WriteAttempt(ref ProtoWriter writer, in AttemptFacts attempt)
    {
        if (attempt.Role != AttemptRole.Usual)
        {
            writer.Attribute("langfuse.observation.metadata.role"u8, SpanJson.RoleName(attempt.Role));
        }

        Span<byte> number = stackalloc byte[32];
        if (attempt.StatusCode is { } status)
        {
            status.TryFormat(number, out int length, default, CultureInfo.InvariantCulture);
            writer.Attribute("langfuse.observation.metadata.status"u8, number[..length]);
        }

        attempt.WaitMilliseconds.TryFormat(number, out int waited, default, CultureInfo.InvariantCulture);
        writer.Attribute("langfuse.observation.metadata.wait_ms"u8, number[..waited]);
        WritePart(ref writer, "langfuse.observation.metadata.credential_ms"u8, attempt.Credential);
        WritePart(ref writer, "langfuse.observation.metadata.connect_ms"u8, attempt.Connect);
        if (attempt.MayHaveBeenBilled)
        {
            writer.Attribute("langfuse.observation.metadata.may_have_been_billed"u8, "true"u8);
        }

        if (attempt.Number > 0)
        {
            attempt.Number.TryFormat(number, out int digits, default, CultureInfo.InvariantCulture);
            writer.Attribute("langfuse.observation.metadata.attempt"u8, number[..digits]);
        }
    }

    /// <summary>Where the time of an attempt went, when it is worth telling.</summary>
    private static void WritePart(ref ProtoWriter writer, ReadOnlySpan<byte> key, TimeSpan time)
    {
        if (time < LeastPart)
        {
            return;
        }

        Span<byte> number = stackalloc byte[32];
        ((long)time.TotalMilliseconds).TryFormat(number, out int length, default, CultureInfo.InvariantCulture);
        writer.Attribute(key, number[..length]);
    }

    private Span<byte> Scratch(int length)
    {
        if (_scratch.Length < length)
        {
            _scratch = GC.AllocateUninitializedArray<byte>(Math.Max(length, _scratch.Length * 2));
        }

        return _scratch;
    }
}
