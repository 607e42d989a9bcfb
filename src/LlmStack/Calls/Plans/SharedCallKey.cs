using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls.Plans;

/// <summary>What makes two calls identical: name, caller, wishes, conversation and options.</summary>
/// <param name="Content">A hash of everything that has one canonical form.</param>
/// <param name="Routing">The wishes; equal when they are the same, or all their values are.</param>
internal readonly record struct SharedCallKey(string Content, RoutingOptions? Routing)
{
    /// <summary>Null for calls that cannot be told equal, or may have effects: tools, media, fields of the application's own.</summary>
    public static SharedCallKey? Of(string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options, RoutingOptions? routing, LlmContext context)
    {
        var text = new StringBuilder();
        Write(text, model);
        WriteCaller(text, context);
        return WriteMessages(text, messages) && WriteOptions(text, options)
            ? new SharedCallKey(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()))), routing)
            : null;
    }

    private static void WriteCaller(StringBuilder text, LlmContext context)
    {
        Write(text, context.UserId);
        Write(text, context.Team);
        Write(text, context.Project);
        Write(text, context.Key);
        Write(text, context.Permissions is { } permissions ? string.Join('\n', permissions.Order(StringComparer.Ordinal)) : null);
    }

    private static bool WriteMessages(StringBuilder text, IReadOnlyList<ChatMessage> messages)
    {
        foreach (ChatMessage message in messages)
        {
            if (message.AdditionalProperties is { Count: > 0 } || message.RawRepresentation is not null)
            {
                return false;
            }

            Write(text, message.Role.Value);
            Write(text, message.AuthorName);
            Write(text, message.Contents.Count.ToString(CultureInfo.InvariantCulture));
            foreach (AIContent content in message.Contents)
            {
                if (content is not TextContent { AdditionalProperties: null or { Count: 0 } } plain)
                {
                    return false;
                }

                Write(text, plain.Text);
            }
        }

        return true;
    }

    private static bool WriteOptions(StringBuilder text, ChatOptions? options)
    {
        if (options is null)
        {
            return true;
        }

        if (options.Tools is { Count: > 0 }
            || options.AdditionalProperties is { Count: > 0 }
            || options.RawRepresentationFactory is not null
            || options.ConversationId is not null
            || options.ContinuationToken is not null
            || options.AllowBackgroundResponses is not null
            || options.Reasoning is not null
            || options.ToolMode is not null)
        {
            return false;
        }

        Write(text, options.Instructions);
        Write(text, options.ModelId);
        Write(text, string.Create(CultureInfo.InvariantCulture, $"{options.Temperature}|{options.TopP}|{options.TopK}|{options.MaxOutputTokens}|{options.FrequencyPenalty}|{options.PresencePenalty}|{options.Seed}|{options.AllowMultipleToolCalls}"));
        Write(text, options.StopSequences is { } stops ? string.Join('\n', stops) : null);
        switch (options.ResponseFormat)
        {
            case null:
                Write(text, null);
                return true;
            case ChatResponseFormatText:
                Write(text, "text");
                return true;
            case ChatResponseFormatJson json:
                Write(text, json.Schema?.GetRawText() ?? "json");
                Write(text, json.SchemaName);
                Write(text, json.SchemaDescription);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Every part with its length, so that no two sequences of parts run together into one text.</summary>
    private static void Write(StringBuilder text, string? part) =>
        text.Append(CultureInfo.InvariantCulture, $"{part?.Length ?? -1}:").Append(part).Append(';');
}
