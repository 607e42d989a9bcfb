using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Bedrock;

/// <summary>Turns the frames of one streamed answer into updates. The usage comes behind the frame that ends the message.</summary>
internal sealed class BedrockStream(BedrockProvider provider, ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    : StreamedAnswer<EventStreamReader>(provider.Http, call, RawRequest.WantsResponse(options))
{
    private readonly BedrockDocument _document = new();
    private StructuredPlan _plan;
    private bool _stopped;

    protected override string? Origin => BedrockContents.Origin;

    protected override UsageDetails? Usage => _document.Usage;

    public override async ValueTask<HttpResponseMessage> OpenAsync(CancellationToken cancellationToken)
    {
        using PooledBuffer body = provider.Write(Call, messages, options, out _plan);
        Form = StreamedForm.For(_plan, Http.Name);
        return await provider.SendAsync(Call, body, stream: true, cancellationToken).ConfigureAwait(false);
    }

    protected override void Accept(EventStreamReader reader)
    {
        EventStreamHeaders headers = reader.Headers;
        if (headers.IsFailure)
        {
            throw Http.ErrorIn(BedrockErrors.Of(headers, reader.Data), Call);
        }

        Span<byte> data = reader.Data.Trim(" \t\r\n\0"u8);
        if (data.IsEmpty || headers.EventType is not ("contentBlockStart" or "contentBlockDelta" or "messageStop" or "metadata") || !TryParse(_document, data, mayBeCut: false))
        {
            return;
        }

        switch (headers.EventType)
        {
            case "contentBlockStart" when _document.ToolId is not null || _document.ToolName is not null:
                AddFragment(new ToolCallFragment(0, _document.Index, _document.ToolId, _document.ToolName, null));
                break;
            case "contentBlockDelta":
                Take();
                break;
            case "messageStop":
                BedrockFinish.ThrowIfFailed(_document.StopReason, Http.Name, Call.Report);
                _stopped = true;
                break;
            case "metadata":
                Done = _stopped;
                break;
            default:
                break;
        }
    }

    protected override void AcceptWhole(PooledBuffer body)
    {
        BedrockReader.Parse(body, _document, Http, Call);
        var contents = new List<AIContent>();
        foreach (JsonElement block in _document.Content.EnumerateArray())
        {
            BedrockContents.AddTo(contents, block);
        }

        foreach (AIContent content in contents)
        {
            Add(content);
        }
    }

    protected override void Complete(RoutedChatResponseUpdate update)
    {
        Call.Report.RawFinishReason = _document.StopReason;
        Call.Report.ServiceTier = _document.ServiceTier;
        update.FinishReason = BedrockFinish.Map(_document.StopReason, AddCalls(_plan));
        update.AdditionalProperties = BedrockReader.Facts(_document);
    }

    protected override void Identify(ChatResponseUpdate update)
    {
        update.ResponseId = Call.Report.RequestId;
        update.MessageId = Call.Report.RequestId;
        update.ModelId = Call.Model;
    }

    /// <summary>The usage may be missing; the end of the message may not.</summary>
    protected override void End()
    {
        if (!_stopped)
        {
            base.End();
        }
    }

    private void Take()
    {
        AddReasoning(_document.Reasoning);
        AddText(_document.Text);
        if (_document.Signature is not null || _document.Redacted is not null)
        {
            Add(BedrockContents.ToReasoning("", _document.Signature, _document.Redacted));
        }

        if (_document.ToolInput is not null)
        {
            AddFragment(new ToolCallFragment(0, _document.Index, null, null, _document.ToolInput));
        }

        if (_document.Citation.ValueKind == JsonValueKind.Object)
        {
            Add(new TextContent("") { Annotations = [BedrockContents.ToCitation(_document.Citation)] });
        }
    }
}
