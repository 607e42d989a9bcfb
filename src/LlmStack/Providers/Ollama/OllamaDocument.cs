using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Ollama;

/// <summary>Reads one line of a stream, or a whole answer, which has the same shape.</summary>
/// <param name="requestedModel">The model that was asked for.</param>
/// <param name="generates">Whether a text is continued, so that the answer is no message but a text.</param>
internal sealed class OllamaDocument(string requestedModel, bool generates = false) : IWireDocument
{
    private long? _input;
    private long? _output;

    public string? Model { get; private set; }

    public DateTimeOffset? Created { get; private set; }

    public string? Text { get; private set; }

    public string? Thinking { get; private set; }

    public List<ToolCallFragment> Calls { get; } = [];

    /// <summary>Log probabilities of the last line that had them, or undefined.</summary>
    public JsonElement LogProbabilities => _logProbabilities?.ToElement() ?? default;

    private JoinedLogProbabilities? _logProbabilities;

    public bool IsDone { get; private set; }

    public string? DoneReason { get; private set; }

    /// <summary>The time it took to load the model, in nanoseconds; null when it was not told.</summary>
    public long? LoadDuration { get; private set; }

    public bool HasError { get; private set; }

    /// <summary>Whether the document has what it is for: a message, or the text that continues a prompt.</summary>
    public bool HasAnswer { get; private set; }

    /// <summary>The field of that.</summary>
    public string AnswerField => generates ? "response" : "message";

    /// <summary>Calls that earlier lines had, so that ids made here are unique in the stream.</summary>
    public int CallCount { get; private set; }

    /// <summary>A prompt that was cached whole is not counted by older servers; unknown is then not 0.</summary>
    public UsageDetails? Usage => _input is null && _output is null ? null : new UsageDetails
    {
        InputTokenCount = _input,
        OutputTokenCount = _output,
        TotalTokenCount = _input is null || _output is null ? null : _input + _output,
    };

    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public void Read(ReadOnlySpan<byte> json)
    {
        Text = null;
        Thinking = null;
        Calls.Clear();
        HasAnswer = false;
        var reader = new WireReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!generates && reader.ValueTextEquals("message"u8))
            {
                reader.Read();
                ReadMessage(ref reader);
            }
            else if (generates && reader.ValueTextEquals("response"u8))
            {
                reader.Read();
                Text = JsonText.GetString(ref reader);
                HasAnswer |= Text is not null;
                reader.Skip();
            }
            else
            {
                ReadFact(ref reader);
            }
        }
    }

    private void ReadFact(ref WireReader reader)
    {
        if (reader.ValueTextEquals("done"u8))
        {
            reader.Read();
            IsDone |= reader.TokenType == JsonTokenType.True;
        }
        else if (reader.ValueTextEquals("done_reason"u8))
        {
            reader.Read();
            DoneReason = JsonText.GetString(ref reader) ?? DoneReason;
        }
        else if (reader.ValueTextEquals("prompt_eval_count"u8))
        {
            reader.Read();
            _input = JsonText.GetCount(ref reader) ?? _input;
        }
        else if (reader.ValueTextEquals("eval_count"u8))
        {
            reader.Read();
            _output = JsonText.GetCount(ref reader) ?? _output;
        }
        else if (reader.ValueTextEquals("load_duration"u8))
        {
            reader.Read();
            LoadDuration = JsonText.GetCount(ref reader) ?? LoadDuration;
        }
        else if (reader.ValueTextEquals("model"u8))
        {
            reader.Read();
            Model = JsonText.GetString(ref reader, Model ?? requestedModel) ?? Model;
        }
        else if (reader.ValueTextEquals("created_at"u8))
        {
            reader.Read();
            Created ??= reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out DateTimeOffset created) ? created : null;
        }
        else if (reader.ValueTextEquals("logprobs"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                (_logProbabilities ??= new JoinedLogProbabilities()).Add(reader.TakeElement());
            }
        }
        else
        {
            bool error = reader.ValueTextEquals("error"u8);
            reader.Read();
            HasError |= error && reader.TokenType is (JsonTokenType.StartObject or JsonTokenType.String);
        }

        reader.Skip();
    }

    private void ReadMessage(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        HasAnswer = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                Text = JsonText.GetString(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("thinking"u8))
            {
                reader.Read();
                Thinking = JsonText.GetString(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("tool_calls"u8))
            {
                reader.Read();
                ReadCalls(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private void ReadCalls(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        JsonElement calls = reader.TakeElement();
        foreach (JsonElement one in calls.EnumerateArray())
        {
            if (one.ValueKind != JsonValueKind.Object || !one.TryGetProperty("function", out JsonElement function) || function.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            bool has = function.TryGetProperty("arguments", out JsonElement arguments);
            string? text = !has ? null : arguments.ValueKind == JsonValueKind.String ? JsonText.TextOf(arguments) : arguments.GetRawText();
            Calls.Add(new ToolCallFragment(0, CallCount, StringOf(one, "id") ?? $"call_{CallCount}", StringOf(function, "name"), text));
            CallCount++;
        }
    }

    private static string? StringOf(JsonElement parent, string name) =>
        JsonText.TextOf(parent, name) is { Length: > 0 } text ? text : null;
}
