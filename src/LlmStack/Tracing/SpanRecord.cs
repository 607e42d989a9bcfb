using System.Diagnostics;
using LlmStack.Catalog;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tracing.Media;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>
/// A span being written: pooled, reused, versioned. The request path fills the fields of automatic spans itself; scopes reach a
/// user's span only through its version.
/// </summary>
internal sealed class SpanRecord : IContentCapture
{
    public int Version;
    public TraceId TraceId;
    public SpanId SpanId;
    public SpanId ParentSpanId;
    public bool IsAppRoot;
    public string Name = "";
    public ObservationType Type;
    public ObservationLevel Level;
    public string? StatusMessage;
    public LlmContext Context = LlmContext.Empty;
    public SpanRecord? Parent;
    public int ParentVersion;
    public Activity? Activity;

    /// <summary>Monotonic, <see cref="TimeProvider"/> ticks; 0 when not set.</summary>
    public long StartTimestamp;
    public long FirstTokenTimestamp;
    public long EndTimestamp;

    /// <summary>Wall time in nanoseconds since 1970, filled in by the tracer when the span ends.</summary>
    public long StartUnixNanos;
    public long FirstTokenUnixNanos;
    public long EndUnixNanos;

    /// <summary>Further metadata; values are text or JSON text. Null when none.</summary>
    public List<KeyValuePair<string, string>>? Metadata;

    // What only calls have.
    public string? Operation;
    public string? ProviderName;
    public string? Model;
    public string? ResponseModel;
    public string? ResponseId;
    public string? FinishReason;
    public string? ServerAddress;
    public int ServerPort;
    public bool Streaming;
    public ChatOptions? Options;
    public UsageDetails? Usage;
    public BillingTerms? Billing;
    public Deployment? Deployment;
    public LlmErrorKind? ErrorKind;
    public CallRoute? Route;
    public RouteAttempt? Attempt;
    public PromptReference? Prompt;

    /// <summary>What a file said of a span that is sent again; null for a span that has just ended.</summary>
    public ReplayedSpan? Replayed;

    /// <summary>
    /// The activity by which another instrumentation already shows this span to OpenTelemetry; then it has none of ours, and those of its
    /// children go below this one.
    /// </summary>
    public Activity? Twin;

    /// <summary>What it stands for, when function invocation around our calls made it; a loop's span shows its first call's input and its last one's output.</summary>
    public FunctionSpan? Function;

    /// <summary>The region the call was bound to: only sinks of that region get its content. Null when it was bound to none.</summary>
    public string? BoundRegion;

    /// <summary>The name of what failed for <c>error.type</c> when there is no <see cref="ErrorKind"/>.</summary>
    public string? ErrorType;

    /// <summary>Whether its start was given, and is not that of <see cref="StartTimestamp"/>.</summary>
    public bool IsBackdated;

    /// <summary>Whether sinks see it; a span that is sampled out lives on only while its activity is wanted.</summary>
    public bool Sampled;

    /// <summary>From its start until its end; a record at rest in the pool must not end again.</summary>
    public bool IsOpen;

    private SpanContent _input = new();
    private SpanContent _output = new();
    private TraceValueWriter _values = TraceValueWriter.Default;
    private MediaExtractor? _extractor;
    private bool _captures;

    /// <summary>The files that were taken out of input and output; null when there are none.</summary>
    public List<MediaItem>? Media;

    /// <summary>What those files hold in memory.</summary>
    public long MediaBytes => Media is { Count: > 0 } media ? media.Sum(static item => (long)item.Bytes.Length) : 0;

    /// <summary>The input as one JSON value, UTF-8; empty when none was captured. Masked and truncated already when sinks see it.</summary>
    public ReadOnlySpan<byte> InputJson => _input.Json;

    /// <summary>The output as one JSON value, UTF-8; empty when none was captured.</summary>
    public ReadOnlySpan<byte> OutputJson
    {
        get
        {
            _output.Seal();
            return _output.Json;
        }
    }

    public bool IsEnabled => _captures;

    /// <summary>The id of the deployment that served, or was asked; null when none was.</summary>
    public string? DeploymentId => Deployment?.Id ?? Replayed?.Deployment;

    /// <summary>Whether no span that sinks see is above it.</summary>
    public bool IsTop => IsAppRoot || ParentSpanId.IsEmpty;

    public bool HasInput => !_input.IsEmpty;

    public bool HasOutput => !_output.IsEmpty;

    public void SetInput(ReadOnlySpan<byte> utf8Json)
    {
        if (_captures && !TryExtract(utf8Json, MediaField.Input, _input))
        {
            _input.Set(utf8Json);
        }
    }

    public void SetOutput(ReadOnlySpan<byte> utf8Json)
    {
        if (_captures && !TryExtract(utf8Json, MediaField.Output, _output))
        {
            _output.Set(utf8Json);
        }
    }

    /// <summary>Adds a piece of a streamed answer's text; the output is assembled as an OpenAI-shaped assistant message.</summary>
    public void AppendOutputText(ReadOnlySpan<char> text)
    {
        if (_captures)
        {
            _output.AppendText(text);
        }
    }

    /// <summary>Replaces the output by a text that came in two parts, from two attempts.</summary>
    public void ReplaceOutputText(ReadOnlySpan<char> earlier, ReadOnlySpan<char> later)
    {
        if (_captures)
        {
            _output.Clear();
            _output.AppendText(earlier);
            _output.AppendText(later);
        }
    }

    /// <summary>Adds a finished tool call of a streamed answer.</summary>
    public void AppendToolCall(string id, string name, IDictionary<string, object?>? arguments)
    {
        if (_captures)
        {
            _output.AppendToolCall(id, name, arguments, _values);
        }
    }

    /// <summary>Hands input and output captured so far to <paramref name="other"/>, copying; used when a call turns out to need attempts of its own.</summary>
    /// <remarks>What was not captured here stays as it is there.</remarks>
    public void CopyContentTo(SpanRecord other)
    {
        if (other._captures)
        {
            _input.CopyTo(other._input);
            _output.CopyTo(other._output);
            other.Media = Media is { Count: > 0 } ? [.. Media] : other.Media;
        }
    }

    /// <summary>Shows what a call below it was asked, unless there is an input already, and what it answered.</summary>
    public void ShowCall(SpanRecord call)
    {
        if (_captures)
        {
            call._input.CopyTo(_input.IsEmpty ? _input : new SpanContent());
            call._output.CopyTo(_output);
        }
    }

    /// <summary>Takes values that are no wire text; null leaves what is there.</summary>
    public void Show(object? input, object? output)
    {
        if (_captures && input is not null)
        {
            _input.Show(input, _values);
        }

        if (_captures && output is not null)
        {
            _output.Show(output, _values);
        }
    }

    /// <summary>Adds an answer's text and tool calls.</summary>
    public void AppendMessage(ChatMessage message)
    {
        if (_captures)
        {
            _output.AppendMessage(message, _values);
        }
    }

    /// <summary>Takes over a finished input, and the files that were taken out of it; the buffer gets the old one.</summary>
    public void TakeInput(ContentBuffer json, List<MediaItem>? media = null)
    {
        Replace(MediaField.Input, media);
        _input.Set(json);
    }

    /// <summary>Takes over a finished output, and the files that were taken out of it; the buffer gets the old one.</summary>
    public void TakeOutput(ContentBuffer json, List<MediaItem>? media = null)
    {
        Replace(MediaField.Output, media);
        _output.Set(json);
    }

    /// <summary>The content of a field, for whoever rewrites it when the span has ended.</summary>
    public SpanContent Content(MaskedField field) => field == MaskedField.Input ? _input : _output;

    /// <summary>The files that were taken out of a field are content as well: they go when it does.</summary>
    public void DropMedia(MaskedField field) => Replace(field == MaskedField.Input ? MediaField.Input : MediaField.Output, media: null);

    /// <summary>A copy without input and output, for a sink that must not have them.</summary>
    public SpanRecord WithoutContent()
    {
        var copy = (SpanRecord)MemberwiseClone();
        copy._input = new SpanContent();
        copy._output = new SpanContent();
        copy.Media = null;
        return copy;
    }

    /// <summary>Copies what the caller may change after the span has ended, for a record that waits.</summary>
    public void Detach()
    {
        // The parent's record is out of reach once it has ended.
        Route ??= Attempt is not null && Parent is { } parent && parent.Version == ParentVersion ? parent.Route : null;
        Options = Options?.Clone();
        if (Usage is { } usage)
        {
            Usage = new UsageDetails();
            Usage.Add(usage);
        }
    }

    public void AddMetadata(string key, string value)
    {
        Metadata ??= [];
        for (int i = 0; i < Metadata.Count; i++)
        {
            if (string.Equals(Metadata[i].Key, key, StringComparison.Ordinal))
            {
                Metadata[i] = new(key, value);
                return;
            }
        }

        Metadata.Add(new(key, value));
    }

    /// <summary>Says what content to keep, before the record is written to.</summary>
    public void Configure(bool captures, int maxContentBytes, TraceValueWriter values, MediaExtractor? extractor = null)
    {
        _captures = captures;
        _extractor = extractor;
        _values = values;
        _input.Limit = maxContentBytes;
        _output.Limit = maxContentBytes;
    }

    /// <summary>A copy that belongs to nobody's pool. What the caller may change afterwards is copied too.</summary>
    public SpanRecord ToOwned()
    {
        _output.Seal();
        var copy = (SpanRecord)MemberwiseClone();
        copy._input = new SpanContent { Limit = _input.Limit };
        copy._output = new SpanContent { Limit = _output.Limit };
        _input.CopyTo(copy._input);
        _output.CopyTo(copy._output);
        copy.Parent = null;
        copy.Activity = null;
        copy.Twin = null;
        copy.Function = null;
        copy.Options = Options?.Clone();
        copy.Media = Media is { Count: > 0 } ? [.. Media] : null;
        copy.Metadata = Metadata is { Count: > 0 } ? [.. Metadata] : null;
        if (Usage is not null)
        {
            copy.Usage = new UsageDetails();
            copy.Usage.Add(Usage);
        }

        return copy;
    }

    /// <summary>Empties everything but the version, for the next use.</summary>
    public void Reset()
    {
        TraceId = default;
        SpanId = default;
        ParentSpanId = default;
        IsAppRoot = false;
        Name = "";
        Type = ObservationType.Span;
        Level = ObservationLevel.Default;
        StatusMessage = null;
        Context = LlmContext.Empty;
        Parent = null;
        ParentVersion = 0;
        Activity = null;
        StartTimestamp = FirstTokenTimestamp = EndTimestamp = 0;
        StartUnixNanos = FirstTokenUnixNanos = EndUnixNanos = 0;
        Metadata?.Clear();
        Operation = ProviderName = Model = ResponseModel = ResponseId = FinishReason = ServerAddress = ErrorType = null;
        ServerPort = 0;
        Streaming = false;
        Options = null;
        Usage = null;
        Billing = null;
        Deployment = null;
        BoundRegion = null;
        ErrorKind = null;
        Route = null;
        Attempt = null;
        Prompt = null;
        Replayed = null;
        Twin = null;
        Function = null;
        IsBackdated = false;
        Sampled = false;
        IsOpen = false;
        _captures = false;
        _extractor = null;
        Media = null;
        _input.Clear();
        _output.Clear();
    }

    private bool TryExtract(ReadOnlySpan<byte> json, MediaField field, SpanContent content)
    {
        if (Media is not null)
        {
            Replace(field, null);
        }

        if (_extractor is null || !MediaMarks.MayHave(json))
        {
            return false;
        }

        List<MediaItem>? found = null;
        ContentBuffer buffer = ContentBufferPool.Rent(content.Limit);
        bool extracted = _extractor.TryExtract(json, field, buffer, ref found);
        if (extracted)
        {
            Replace(field, found);
            content.Set(buffer);
        }

        ContentBufferPool.Return(buffer);
        return extracted;
    }

    /// <summary>What replaces an input or output replaces its files.</summary>
    private void Replace(MediaField field, List<MediaItem>? media)
    {
        for (int i = (Media?.Count ?? 0) - 1; i >= 0; i--)
        {
            if (Media![i].Field == field)
            {
                Media.RemoveAt(i);
            }
        }

        if (media is not null)
        {
            (Media ??= []).AddRange(media);
        }
    }
}
