using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Cohere;

/// <summary>Turns the events of one streamed answer into updates.</summary>
internal sealed class CohereStream(CohereProvider provider, ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    : StreamedAnswer<SseReader>(provider.Http, call, RawRequest.WantsResponse(options)), IChatStream
{
    private readonly CohereDocument _document = new();
    private StructuredPlan _plan;

    protected override UsageDetails? Usage => _document.Usage;

    public override async ValueTask<HttpResponseMessage> OpenAsync(CancellationToken cancellationToken)
    {
        using PooledBuffer body = provider.Write(Call, messages, options, stream: true, out _plan);
        Form = StreamedForm.For(_plan, Http.Name);
        return await provider.SendAsync(Call, body, stream: true, cancellationToken).ConfigureAwait(false);
    }

    protected override void Accept(SseReader reader)
    {
        Span<byte> data = reader.Data.Trim(" \t\r\n\0"u8);
        if (data.IsEmpty || data.SequenceEqual("[DONE]"u8) || !TryParse(_document, data, reader.IsUnterminated))
        {
            return;
        }

        if (_document.HasError || (reader.IsError && _document.Type is null))
        {
            throw FailureOf(data);
        }

        if (!IsKnown(_document.Type))
        {
            return;
        }

        Take();
        if (_document.Type == "message-end")
        {
            CohereFinish.ThrowIfFailed(_document.FinishReason, Http.Name, Call.Report);
            Done = true;
        }
    }

    protected override void AcceptWhole(PooledBuffer body)
    {
        CohereReader.Parse(body, _document, Http, Call);
        CohereFinish.ThrowIfFailed(_document.FinishReason, Http.Name, Call.Report);
        Take();
    }

    protected override void Complete(RoutedChatResponseUpdate update)
    {
        Call.Report.RawFinishReason = _document.FinishReason;
        update.FinishReason = CohereFinish.Map(_document.FinishReason, AddCalls(_plan));
        update.AdditionalProperties = CohereReader.Facts(_document);
    }

    protected override void Identify(ChatResponseUpdate update)
    {
        update.ResponseId = _document.Id;
        update.MessageId = _document.Id;
        update.ModelId = Call.Model;
    }

    /// <summary>Events that came to the format later may look like these and mean something else.</summary>
    private static bool IsKnown(string? type) =>
        type is null or "message-start" or "content-start" or "content-delta" or "content-end" or "tool-plan-delta" or "tool-call-start" or "tool-call-delta" or "tool-call-end" or "citation-start" or "citation-end" or "message-end";

    private void Take()
    {
        CohereMessage message = _document.Message;
        AddReasoning(message.Thinking);
        AddText(message.Text);
        if (message.Citations is { } citations)
        {
            Add(new TextContent("") { Annotations = citations });
        }

        foreach (ToolCallFragment one in message.Calls)
        {
            AddFragment(one);
        }
    }

    /// <summary>The last event may name an error inside its delta.</summary>
    private LlmException FailureOf(Span<byte> data)
    {
        using JsonDocument document = JsonDocument.Parse(data.ToArray());
        JsonElement root = document.RootElement;
        return Http.ErrorIn(ErrorBody.FromElement(root.TryGetProperty("delta", out JsonElement delta) ? delta : root), Call);
    }
}
