using System.Text;
using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>Reads one JSON document of the format, a whole answer or one chunk, into fields that are reused for the next.</summary>
/// <remarks>
/// Identity, usage and the reason for the end stay from earlier chunks; the parts are the last document's. A list of answers, which a
/// gateway may make of a stream, reads like its elements one behind the other.
/// </remarks>
internal sealed class GeminiDocument(string requestedModel) : IWireDocument, IDisposable
{
    /// <summary>An index beyond this is no index.</summary>
    private const int MaxCandidates = 1024;

    private GeminiPart[] _parts = new GeminiPart[1];
    private PooledBuffer? _latestUsage;
    private GeminiUsage _usage;
    private List<AIAnnotation>? _citations;

    public string? Id { get; private set; }

    public string? Model { get; private set; }

    public string? FinishReason { get; private set; }

    public string? FinishMessage { get; private set; }

    /// <summary>Why the prompt was blocked; null when it was not.</summary>
    public string? BlockReason { get; private set; }

    public string? BlockMessage { get; private set; }

    public string? ServiceTier
    {
        get
        {
            TakeLatestUsage();
            return _usage.ServiceTier;
        }
    }

    public bool HasCandidates { get; private set; }

    public bool HasError { get; private set; }

    public int PartCount { get; private set; }

    public ref GeminiPart PartAt(int i) => ref _parts[i];

    /// <summary>The log probabilities of the first candidate; <c>Undefined</c> when none were sent.</summary>
    public JsonElement LogProbabilities => _logProbabilities?.ToElement() ?? default;

    private JoinedLogProbabilities? _logProbabilities;
    private bool _hasLogProbabilities;

    /// <summary>The text of a document that says nothing else but what later ones repeat; null for any other.</summary>
    public string? PlainText =>
        this is { PartCount: 1, FinishReason: null, BlockReason: null, HasError: false, _citations: null, _hasLogProbabilities: false }
        && _parts[0] is { Candidate: 0, Text: { Length: > 0 } text, Signature: null, HasCall: false, Data: null, Whole.ValueKind: JsonValueKind.Undefined }
            ? text
            : null;

    /// <summary>Takes a chunk that repeats the last one in everything but its text and its counts.</summary>
    public void Repeat(ReadOnlySpan<byte> text, bool isEscaped, bool isThought, ReadOnlySpan<byte> usage)
    {
        HasCandidates = true;
        HasError = false;
        _citations = null;
        PartCount = 1;
        _parts[0] = new GeminiPart { Text = isEscaped ? JsonText.Unescape(text) : Encoding.UTF8.GetString(text), IsThought = isThought };
        _latestUsage ??= new PooledBuffer(512);
        _latestUsage.Clear();
        _latestUsage.Write(usage);
    }

    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public void Read(ReadOnlySpan<byte> json)
    {
        TakeLatestUsage();
        Clear();
        var reader = new WireReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadRoot(ref reader);
            }
        }
    }

    /// <summary>Forgets what the last document said; identity, usage and the reason for the end stay.</summary>
    public void Clear()
    {
        PartCount = 0;
        _hasLogProbabilities = false;
        HasCandidates = false;
        HasError = false;
        _citations = null;
    }

    /// <summary>The sources of the last document, once.</summary>
    public List<AIAnnotation>? TakeCitations()
    {
        List<AIAnnotation>? taken = _citations;
        _citations = null;
        return taken;
    }

    public UsageDetails? Usage()
    {
        TakeLatestUsage();
        return _usage.ToDetails();
    }

    public void Dispose() => _latestUsage?.Dispose();

    /// <summary>Counts of chunks that repeat each other are read once they matter.</summary>
    private void TakeLatestUsage()
    {
        if (_latestUsage is { Length: > 0 } latest)
        {
            var reader = new WireReader(latest.WrittenSpan);
            reader.Read();
            _usage.Read(ref reader);
            latest.Clear();
        }
    }

    private void ReadRoot(ref WireReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("candidates"u8))
            {
                reader.Read();
                ReadCandidates(ref reader);
            }
            else if (reader.ValueTextEquals("usageMetadata"u8))
            {
                reader.Read();
                _usage.Read(ref reader);
            }
            else if (reader.ValueTextEquals("modelVersion"u8))
            {
                reader.Read();
                Model ??= JsonText.GetString(ref reader, requestedModel) is { Length: > 0 } model ? model : null;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("responseId"u8))
            {
                reader.Read();
                Id = Id is not null && reader.TokenType == JsonTokenType.String ? Id : JsonText.GetString(ref reader) is { Length: > 0 } id ? id : Id;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("promptFeedback"u8))
            {
                reader.Read();
                ReadFeedback(ref reader);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                HasError |= reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String;
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private void ReadFeedback(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool reason = reader.ValueTextEquals("blockReason"u8);
            bool message = reader.ValueTextEquals("blockReasonMessage"u8);
            reader.Read();
            if (reason && JsonText.GetString(ref reader) is { Length: > 0 } word && !word.EndsWith("UNSPECIFIED", StringComparison.Ordinal))
            {
                BlockReason = word;
            }
            else if (message)
            {
                BlockMessage = JsonText.GetString(ref reader) ?? BlockMessage;
            }

            reader.Skip();
        }
    }

    private void ReadCandidates(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        int ordinal = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                HasCandidates = true;
                ReadCandidate(ref reader, ordinal++);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadCandidate(ref WireReader reader, int ordinal)
    {
        int first = PartCount;
        int candidate = ordinal;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                ReadContent(ref reader);
            }
            else if (reader.ValueTextEquals("finishReason"u8))
            {
                reader.Read();
                FinishReason ??= JsonText.GetString(ref reader) is { Length: > 0 } word ? word : null;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("finishMessage"u8))
            {
                reader.Read();
                FinishMessage = JsonText.GetString(ref reader) ?? FinishMessage;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                candidate = JsonText.GetCount(ref reader) is < MaxCandidates and long index ? (int)index : ordinal;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("citationMetadata"u8))
            {
                reader.Read();
                _citations = GeminiCitations.ReadCitations(ref reader, _citations);
            }
            else if (reader.ValueTextEquals("groundingMetadata"u8))
            {
                reader.Read();
                _citations = GeminiCitations.ReadGrounding(ref reader, _citations);
            }
            else if (reader.ValueTextEquals("logprobsResult"u8))
            {
                reader.Read();
                if (!_hasLogProbabilities && reader.TokenType == JsonTokenType.StartObject)
                {
                    // The first candidate's; a stream goes on with them in every document.
                    _hasLogProbabilities = true;
                    (_logProbabilities ??= new JoinedLogProbabilities()).Add(reader.TakeElement());
                }

                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        for (int i = first; candidate != 0 && i < PartCount; i++)
        {
            _parts[i].Candidate = candidate;
        }
    }

    private void ReadContent(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool parts = reader.ValueTextEquals("parts"u8);
            reader.Read();
            if (!parts || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    AddPart(GeminiPartReader.Read(ref reader));
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    private void AddPart(in GeminiPart part)
    {
        if (PartCount == _parts.Length)
        {
            Array.Resize(ref _parts, _parts.Length * 2);
        }

        _parts[PartCount++] = part;
    }
}
