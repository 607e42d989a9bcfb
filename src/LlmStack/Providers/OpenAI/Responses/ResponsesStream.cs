using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Turns the events of one streamed response into updates.</summary>
/// <remarks>Texts are handed on as they come; an item's other content when the item ends, in the order in which items end.</remarks>
internal sealed class ResponsesStream(ResponsesProvider provider, ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    : StreamedAnswer<SseReader>(provider.Http, call, RawRequest.WantsResponse(options)), IChatStream
{
    private const int MaxItems = 4096;

    private readonly ResponsesDocument _response = new(call.Model);
    private readonly Dictionary<long, ResponsesOpenItem> _items = [];
    private readonly List<string> _ids = [];
    private ResponsesEvent? _eventOrNull;
    private ResponsesRequest? _request;
    private JoinedLogProbabilities? _probabilities;
    private bool _hasCalls;

    protected override string? Origin => ResponsesState.Origin;

    protected override UsageDetails? Usage => _response.Usage;

    private ResponsesEvent Event => _eventOrNull ??= new ResponsesEvent(_response);

    public override async ValueTask<HttpResponseMessage> OpenAsync(CancellationToken cancellationToken)
    {
        using ResponsesRequest request = provider.Write(Call, messages, options, stream: true);
        _request = request;
        return await provider.SendAsync(Call, request, stream: true, cancellationToken).ConfigureAwait(false);
    }

    protected override void Accept(SseReader reader)
    {
        Span<byte> data = reader.Data.Trim(" \t\r\n\0"u8);
        if (data.IsEmpty || data.SequenceEqual("[DONE]"u8) || !TryParse(Event, data, reader.IsUnterminated))
        {
            return;
        }

        if (Event.Type == ResponsesEventType.Error || (Event.Type == ResponsesEventType.Other && (Event.HasError || reader.IsError)))
        {
            throw Http.ErrorIn(ErrorBody.Parse(data.ToArray()), Call);
        }

        long index = Place();
        switch (Event.Type)
        {
            case ResponsesEventType.TextDelta:
                OpenItem(index).HasText |= !string.IsNullOrEmpty(Event.Delta);
                AddText(Event.Delta);
                break;
            case ResponsesEventType.ReasoningDelta:
                OpenItem(index).HasText |= !string.IsNullOrEmpty(Event.Delta);
                AddReasoning(Event.Delta);
                break;
            case ResponsesEventType.ReasoningPart when Event.SummaryIndex > 0:
                AddReasoning("\n\n");
                break;
            case ResponsesEventType.RefusalDelta:
                OpenItem(index).HasRefusal = true;
                AddRefusal(Event.Delta);
                break;
            case ResponsesEventType.ArgumentsDelta:
                OpenItem(index).HasArguments |= !string.IsNullOrEmpty(Event.Delta);
                AddFragment(new ToolCallFragment(0, index, null, null, Event.Delta));
                break;
            case ResponsesEventType.ItemAdded:
                Begin(index);
                break;
            case ResponsesEventType.ItemDone:
                Finish(OpenItem(index), index, Event.Item);
                break;
            case ResponsesEventType.Terminal:
                FinishOpen();
                Done = true;
                break;
            case ResponsesEventType.Failed:
                throw FailureOf(data);
            default:
                break;
        }
    }

    protected override void AcceptWhole(PooledBuffer body)
    {
        ResponsesReader.Parse(body, _response, Http, Call);
        FinishOpen();
    }

    protected override void Complete(RoutedChatResponseUpdate update)
    {
        Call.Report.RawFinishReason = _response.RawFinish;
        Call.Report.ServiceTier = _response.ServiceTier;
        Call.Report.ReportedCost = _response.ReportedCost ?? Call.Report.ReportedCost;
        update.FinishReason = ResponsesFinish.Map(_response, _hasCalls);
        update.ConversationId = _request!.ConversationOf(_response);
        if (_probabilities is not null)
        {
            (update.AdditionalProperties ??= [])[ResponsesItems.LogProbabilitiesKey] = _probabilities.ToElement();
        }
    }

    protected override void Identify(ChatResponseUpdate update)
    {
        update.ResponseId = _response.Id;
        update.MessageId = _response.Id;
        update.ModelId = _response.Model;
        update.CreatedAt = _response.Created;
    }

    /// <summary>The place of the event's item: as it was sent, else the order in which the items' ids first appeared.</summary>
    private long Place()
    {
        if (Event.OutputIndex is { } index)
        {
            return index;
        }

        if (Event.ItemId is not { } id)
        {
            return 0;
        }

        int place = _ids.LastIndexOf(id);
        if (place >= 0 || _ids.Count >= MaxItems)
        {
            return Math.Max(place, 0);
        }

        _ids.Add(id);
        return _ids.Count - 1;
    }

    private ResponsesOpenItem OpenItem(long index)
    {
        if (_items.TryGetValue(index, out ResponsesOpenItem? item))
        {
            return item;
        }

        if (_items.Count >= MaxItems)
        {
            throw ErrorFactory.Invalid(Http.Name, Call.Report, $"sent more than {MaxItems} items.");
        }

        return _items[index] = new ResponsesOpenItem();
    }

    private void Begin(long index)
    {
        OpenItem(index);
        switch (ResponsesItems.TypeOf(Event.Item))
        {
            case "message" or "reasoning":
                break;
            case "function_call":
                AddFragment(new ToolCallFragment(0, index, ResponsesItems.Text(Event.Item, "call_id"), ResponsesItems.Text(Event.Item, "name"), null));
                break;
            default:
                BeginMoreThanText();
                break;
        }
    }

    private void Finish(ResponsesOpenItem open, long index, JsonElement item)
    {
        if (open.IsDone)
        {
            return;
        }

        open.IsDone = true;
        switch (ResponsesItems.TypeOf(item))
        {
            case "message":
                FinishMessage(open, item);
                break;
            case "reasoning":
                if (!open.HasText)
                {
                    AddReasoning(ResponsesItems.ReasoningText(item));
                }

                Add(ResponsesState.ToContent("", item, Call.DeploymentId));
                break;
            case "function_call":
                if (!open.HasArguments)
                {
                    AddFragment(new ToolCallFragment(0, index, ResponsesItems.Text(item, "call_id"), ResponsesItems.Text(item, "name"), ResponsesItems.Text(item, "arguments")));
                }

                Add(ResponsesItems.ToCall(item));
                _hasCalls = true;
                break;
            default:
                Add(ResponsesState.Items.ToContent(item));
                break;
        }
    }

    private void FinishMessage(ResponsesOpenItem open, JsonElement item)
    {
        if (!open.HasText)
        {
            AddText(ResponsesItems.MessageText(item));
        }

        if (!open.HasRefusal)
        {
            AddRefusal(ResponsesItems.Refusal(item));
        }

        if (ResponsesItems.Remarks(item) is { } remarks)
        {
            if (remarks.AdditionalProperties?.TryGetValue(ResponsesItems.LogProbabilitiesKey, out object? probabilities) == true && probabilities is JsonElement list)
            {
                // On the text they would be lost when the stream is put together.
                (_probabilities ??= new JoinedLogProbabilities()).Add(list);
            }

            Add(remarks);
        }
    }

    /// <summary>The last event has the whole output: what no event of its own finished is taken from there.</summary>
    private void FinishOpen()
    {
        if (_response.Output.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        long index = 0;
        foreach (JsonElement item in _response.Output.EnumerateArray())
        {
            Finish(OpenItem(index), index, item);
            index++;
        }
    }

    private LlmException FailureOf(Span<byte> data)
    {
        using JsonDocument document = JsonDocument.Parse(data.ToArray());
        JsonElement root = document.RootElement;
        return Http.ErrorIn(ErrorBody.FromElement(root.TryGetProperty("response", out JsonElement response) ? response : root), Call);
    }
}
