using System.Text;
using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Reads one JSON document of the format, a whole completion or one chunk, into fields that are reused for the next.</summary>
/// <remarks>
/// Nothing is handed on before the whole document has been read, so that a document that turns out to be broken leaves no trace.
/// </remarks>
internal sealed class ChatDocument(string requestedModel) : IWireDocument
{
    /// <summary>More than this is not kept for the next answer.</summary>
    private const int MostKept = 16;

    [ThreadStatic]
    private static ChatDocument? _spare;

    private readonly List<ToolCallFragment> _fragments = [];
    private string _requestedModel = requestedModel;
    private ChatPiece[] _pieces = new ChatPiece[1];
    private decimal? _reportedCost;
    private UsageReader _usage;

    public string? Id { get; private set; }

    public string? Model { get; private set; }

    public string? ServiceTier { get; private set; }

    public DateTimeOffset? Created { get; private set; }

    public UsageDetails? Usage => _usage.Details;

    /// <summary>What the provider says the call costs, in US dollars; null when it says nothing.</summary>
    public decimal? ReportedCost => _reportedCost;

    public string? FinishReason { get; private set; }

    public bool HasChoices { get; private set; }

    public bool HasError { get; private set; }

    /// <summary>Whether the document has what flat error shapes have: a message or detail of its own.</summary>
    public bool HasMessage { get; private set; }

    public int PieceCount { get; private set; }

    public ref ChatPiece PieceAt(int i) => ref _pieces[i];

    public List<ToolCallFragment> Fragments => _fragments;

    /// <summary>Facts beside the answer; null when there are none.</summary>
    public AdditionalPropertiesDictionary? Extras { get; private set; }

    /// <summary>The sources of the answer as a whole; null when there are none.</summary>
    public List<AIAnnotation>? Citations { get; private set; }

    /// <summary>Where the first choice's message lies in the document; empty when there is none.</summary>
    public Range Message { get; private set; }

    /// <summary>One for a whole answer that is read at once, on this thread; <see cref="Return"/> gives it back.</summary>
    public static ChatDocument Rent(string requestedModel)
    {
        ChatDocument document = _spare ?? new ChatDocument(requestedModel);
        _spare = null;
        document._requestedModel = requestedModel;
        return document;
    }

    /// <summary>Forgets everything, and keeps the room for the next answer.</summary>
    public void Return()
    {
        Clear();
        if (_pieces.Length > MostKept || _fragments.Capacity > MostKept)
        {
            return;
        }

        Array.Clear(_pieces);
        (Id, Model, ServiceTier, Created, Extras, Citations) = (null, null, null, null, null, null);
        _usage = default;
        _reportedCost = null;
        _spare = this;
    }

    /// <summary>Reads a document. Identity and usage stay from earlier documents; what is repeated is not read again.</summary>
    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public void Read(ReadOnlySpan<byte> json)
    {
        Clear();
        var reader = new WireReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadRoot(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>Takes a chunk that repeats the last one in everything but its text.</summary>
    public void Repeat(ReadOnlySpan<byte> text, bool isEscaped)
    {
        Clear();
        HasChoices = true;
        PieceCount = 1;
        _pieces[0] = new ChatPiece { Text = isEscaped ? JsonText.Unescape(text) : Encoding.UTF8.GetString(text) };
    }

    /// <summary>Forgets what the last document said; identity and usage stay.</summary>
    public void Clear()
    {
        PieceCount = 0;
        _fragments.Clear();
        FinishReason = null;
        HasChoices = false;
        HasError = false;
        HasMessage = false;
        Message = default;
    }

    private void ReadRoot(ref WireReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8))
            {
                reader.Read();
                ReadChoices(ref reader);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                _usage.Take(ref reader, ref _reportedCost);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                HasError |= reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("message"u8) || reader.ValueTextEquals("detail"u8))
            {
                reader.Read();
                HasMessage |= reader.TokenType is not JsonTokenType.Null;
                reader.Skip();
            }
            else if (Id is null && reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                Id = Filled(JsonText.GetString(ref reader));
                reader.Skip();
            }
            else if (Model is null && reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                Model = Filled(JsonText.GetString(ref reader, _requestedModel));
                reader.Skip();
            }
            else if (Created is null && reader.ValueTextEquals("created"u8))
            {
                reader.Read();
                Created = JsonText.GetCount(ref reader) is > 0 and < 253_402_300_800 and long seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("service_tier"u8))
            {
                reader.Read();
                ServiceTier = JsonText.GetString(ref reader, ServiceTier) ?? ServiceTier;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("x_groq"u8))
            {
                reader.Read();
                ReadGroq(ref reader);
            }
            else if (reader.ValueTextEquals("citations"u8))
            {
                reader.Read();
                List<AIAnnotation>? citations = null;
                CitationReader.Read(ref reader, ref citations);
                Citations = citations ?? Citations;
            }
            else
            {
                string? extra = AnswerExtras.NameOf(ref reader);
                reader.Read();
                if (extra is not null)
                {
                    AdditionalPropertiesDictionary? extras = Extras;
                    AnswerExtras.Keep(ref reader, extra, ref extras);
                    Extras = extras;
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    private void ReadGroq(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool usage = reader.ValueTextEquals("usage"u8);
            bool error = reader.ValueTextEquals("error"u8);
            reader.Read();
            if (usage)
            {
                _usage.Take(ref reader, ref _reportedCost);
            }
            else
            {
                HasError |= error && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String;
                reader.Skip();
            }
        }
    }

    private void ReadChoices(ref WireReader reader)
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
                HasChoices = true;
                ReadChoice(ref reader, ordinal++);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadChoice(ref WireReader reader, int ordinal)
    {
        if (PieceCount == _pieces.Length)
        {
            Array.Resize(ref _pieces, _pieces.Length * 2);
        }

        ref ChatPiece piece = ref _pieces[PieceCount];
        piece = default;
        int firstFragment = _fragments.Count;
        int place = PieceCount++;
        piece.Choice = ordinal;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("message"u8))
            {
                reader.Read();
                int start = reader.TokenStartIndex;
                MessageReader.Read(ref reader, ref piece, _fragments);
                if (place == 0)
                {
                    Message = start..reader.BytesConsumed;
                }
            }
            else if (reader.ValueTextEquals("text"u8))
            {
                reader.Read();
                piece.Text = JsonText.GetString(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("finish_reason"u8))
            {
                reader.Read();
                piece.Finish = Filled(JsonText.GetString(ref reader));
                reader.Skip();
            }
            else if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                piece.Choice = (int)Math.Min(JsonText.GetCount(ref reader) ?? ordinal, int.MaxValue);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                _usage.Take(ref reader, ref _reportedCost);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                HasError |= reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("logprobs"u8))
            {
                reader.Read();
                int start = reader.TokenStartIndex;
                bool any = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
                piece.LogProbabilities = any ? start..reader.BytesConsumed : default;
            }
            else if (reader.ValueTextEquals("content_filter_results"u8))
            {
                reader.Read();
                piece.ContentFilter = reader.TokenType == JsonTokenType.StartObject ? reader.TakeElement() : null;
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        FinishReason = piece.Choice == 0 ? piece.Finish ?? FinishReason : FinishReason ?? piece.Finish;
        if (piece.Choice == 0)
        {
            return;
        }

        for (int i = firstFragment; i < _fragments.Count; i++)
        {
            _fragments[i] = _fragments[i] with { Choice = piece.Choice };
        }
    }

    private static string? Filled(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
