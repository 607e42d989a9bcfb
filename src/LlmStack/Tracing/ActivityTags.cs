using System.Diagnostics;
using System.Globalization;
using System.Text;
using LlmStack.Catalog;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>Writes a finished span's fields onto its activity, under <see cref="GenAiNames"/>.</summary>
internal sealed class ActivityTags(TracingOptions options)
{
    private readonly bool _content = options.CaptureContent
        && (options.CaptureContentOnActivities ?? string.Equals(Environment.GetEnvironmentVariable(GenAiNames.CaptureContentVariable), "true", StringComparison.OrdinalIgnoreCase));

    public void Write(Activity activity, SpanRecord record)
    {
        if (record.Level == ObservationLevel.Error)
        {
            activity.SetStatus(ActivityStatusCode.Error, record.StatusMessage);
        }

        if (!activity.IsAllDataRequested)
        {
            return;
        }

        activity.DisplayName = record is { Operation: { } operation, Model: { } model } ? $"{operation} {model}" : record.Name;
        WriteKind(activity, record);
        WriteRequest(activity, record);
        WriteResponse(activity, record);

        // Where another instrumentation shows the call, it shows all of its tokens: those of its attempts would count twice.
        if (record.Parent is not { Twin: not null })
        {
            WriteUsage(activity, record);
        }

        WriteRoute(activity, record);
        WriteLabels(activity, record);

        // Where activities go nobody here knows: content that is bound to a region stays off them.
        if (_content && record.BoundRegion is null)
        {
            WriteContent(activity, record);
        }
    }

    /// <summary>Adds what only we know to the activity by which another instrumentation shows the same call.</summary>
    public static void WriteMerged(Activity twin, SpanRecord record)
    {
        WriteRoute(twin, record);
        WriteCost(twin, record);
    }

    private static void WriteKind(Activity activity, SpanRecord record)
    {
        switch (record.Operation, record.Type)
        {
            case ({ } operation, _):
                activity.SetTag(GenAiNames.OperationName, operation);
                break;
            case (null, ObservationType.Generation) when record.Model is not null:
                activity.SetTag(GenAiNames.OperationName, GenAiNames.OperationChat);
                break;
            case (null, ObservationType.Retriever):
                activity.SetTag(GenAiNames.OperationName, GenAiNames.OperationRetrieval);
                break;
            case (null, ObservationType.Tool):
                activity.SetTag(GenAiNames.OperationName, GenAiNames.OperationExecuteTool);
                activity.SetTag(GenAiNames.ToolName, record.Name);
                break;
            case (null, ObservationType.Agent):
                activity.SetTag(GenAiNames.OperationName, GenAiNames.OperationInvokeAgent);
                activity.SetTag(GenAiNames.AgentName, record.Name);
                break;
        }

        activity.SetTag(GenAiNames.ObservationType, ObservationTypes.NameOf(record.Type));
    }

    private static void WriteRequest(Activity activity, SpanRecord record)
    {
        Set(activity, GenAiNames.ProviderName, record.ProviderName);
        Set(activity, GenAiNames.RequestModel, record.Model);
        Set(activity, GenAiNames.ServerAddress, record.ServerAddress);
        if (record is { ServerAddress: not null, ServerPort: > 0 })
        {
            activity.SetTag(GenAiNames.ServerPort, record.ServerPort);
        }

        if (record.Streaming)
        {
            activity.SetTag(GenAiNames.RequestStream, true);
        }

        if (record.Options is not { } chat)
        {
            return;
        }

        Set(activity, GenAiNames.RequestTemperature, chat.Temperature);
        Set(activity, GenAiNames.RequestTopP, chat.TopP);
        Set(activity, GenAiNames.RequestTopK, (float?)chat.TopK);
        Set(activity, GenAiNames.RequestMaxTokens, chat.MaxOutputTokens);
        Set(activity, GenAiNames.RequestSeed, chat.Seed);
        Set(activity, GenAiNames.RequestFrequencyPenalty, chat.FrequencyPenalty);
        Set(activity, GenAiNames.RequestPresencePenalty, chat.PresencePenalty);
        if (chat.StopSequences is { Count: > 0 } stops)
        {
            string[] copy = new string[stops.Count];
            stops.CopyTo(copy, 0);
            activity.SetTag(GenAiNames.RequestStopSequences, copy);
        }

        switch (chat.ResponseFormat)
        {
            case ChatResponseFormatJson: activity.SetTag(GenAiNames.OutputType, "json"); break;
            case ChatResponseFormatText: activity.SetTag(GenAiNames.OutputType, "text"); break;
        }
    }

    private static void WriteResponse(Activity activity, SpanRecord record)
    {
        Set(activity, GenAiNames.ResponseModel, record.ResponseModel);
        Set(activity, GenAiNames.ResponseId, record.ResponseId);
        if (record.FinishReason is { } reason)
        {
            activity.SetTag(GenAiNames.ResponseFinishReasons, new[] { reason });
        }

        if (record.FirstTokenUnixNanos != 0)
        {
            activity.SetTag(GenAiNames.ResponseTimeToFirstChunk, (record.FirstTokenUnixNanos - record.StartUnixNanos) / 1e9);
        }

        string? error = record.ErrorKind is { } kind ? ErrorKindTraits.NameOf(kind) : record.ErrorType;
        Set(activity, GenAiNames.ErrorType, error ?? (record.Level == ObservationLevel.Error ? "_OTHER" : null));
    }

    private static void WriteUsage(Activity activity, SpanRecord record)
    {
        if (record.Usage is not { } usage)
        {
            return;
        }

        Set(activity, GenAiNames.UsageInputTokens, usage.InputTokenCount);
        Set(activity, GenAiNames.UsageOutputTokens, usage.OutputTokenCount);
        Set(activity, GenAiNames.UsageCacheReadInputTokens, usage.CachedInputTokenCount);
        Set(activity, GenAiNames.UsageReasoningOutputTokens, usage.ReasoningTokenCount);
        if (usage.AdditionalCounts is { } more && more.TryGetValue(UsageKeys.CacheWrite, out long written))
        {
            activity.SetTag(GenAiNames.UsageCacheCreationInputTokens, written);
        }

        WriteCost(activity, record);
    }

    private static void WriteCost(Activity activity, SpanRecord record)
    {
        if (CostCalculator.TryCompute(record.Deployment?.Price, record.Usage, record.Billing, out CostAmounts cost))
        {
            activity.SetTag(GenAiNames.CostUsd, (double)cost.Total);
        }
    }

    private static void WriteRoute(Activity activity, SpanRecord record)
    {
        Set(activity, GenAiNames.Deployment, record.Deployment?.Id ?? record.Attempt?.Deployment);
        Set(activity, GenAiNames.Group, record.Attempt?.Group ?? record.Route?.Group);
        if (record.Route is not { Attempts: { Count: > 0 } attempts })
        {
            return;
        }

        if (record.Attempt is null)
        {
            activity.SetTag(GenAiNames.Attempts, attempts.Count);
            return;
        }

        for (int i = 0; i < attempts.Count; i++)
        {
            if (ReferenceEquals(attempts[i], record.Attempt))
            {
                activity.SetTag(GenAiNames.Attempt, i + 1);
            }
        }
    }

    private static void WriteLabels(Activity activity, SpanRecord record)
    {
        LlmContext context = record.Context;
        Set(activity, GenAiNames.UserId, context.UserId);
        Set(activity, GenAiNames.SessionId, context.SessionId);
        Set(activity, GenAiNames.ConversationId, context.SessionId);
        Set(activity, GenAiNames.TraceName, context.TraceName);
        Set(activity, GenAiNames.Feature, context.Feature);
        Set(activity, GenAiNames.Experiment, context.Experiment);
        if (record.Prompt is { } prompt)
        {
            activity.SetTag(GenAiNames.PromptName, prompt.Name);
            activity.SetTag(GenAiNames.PromptVersion, prompt.Version);
        }

        if (record.Metadata is not { Count: > 0 } metadata)
        {
            return;
        }

        foreach (KeyValuePair<string, string> pair in metadata)
        {
            if (record.Type == ObservationType.Retriever && pair.Key == RetrievalKeys.Index)
            {
                activity.SetTag(GenAiNames.DataSourceId, pair.Value);
            }
            else if (record.Type == ObservationType.Retriever && pair.Key == RetrievalKeys.TopK && double.TryParse(pair.Value, CultureInfo.InvariantCulture, out double topK))
            {
                activity.SetTag(GenAiNames.RequestTopK, topK);
            }
            else
            {
                activity.SetTag(GenAiNames.MetadataPrefix + pair.Key, pair.Value);
            }
        }
    }

    private static void WriteContent(Activity activity, SpanRecord record)
    {
        bool call = record.Type == ObservationType.Generation;
        if (!record.InputJson.IsEmpty)
        {
            activity.SetTag(call ? GenAiNames.InputMessages : GenAiNames.Input, Encoding.UTF8.GetString(record.InputJson));
        }

        if (!record.OutputJson.IsEmpty)
        {
            activity.SetTag(call ? GenAiNames.OutputMessages : GenAiNames.Output, Encoding.UTF8.GetString(record.OutputJson));
        }
    }

    private static void Set(Activity activity, string name, string? value)
    {
        if (value is not null)
        {
            activity.SetTag(name, value);
        }
    }

    private static void Set(Activity activity, string name, long? value)
    {
        if (value is { } number)
        {
            activity.SetTag(name, number);
        }
    }

    private static void Set(Activity activity, string name, float? value)
    {
        if (value is { } number)
        {
            // Through text, because 0.7f as a double is 0.699999988079071.
            activity.SetTag(name, double.Parse(number.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
        }
    }
}
