using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Fidelity;

/// <summary>
/// Sets breakpoints for a provider's prompt cache behind the stable prefix: the tools, the system messages, what was said before the
/// last turn, and the last message, so that the next turn finds this one. They are the same marks that a user sets by hand.
/// </summary>
internal static class CacheBreakpoints
{
    private const string Mark = "ephemeral";

    private static readonly ConditionalWeakTable<AIFunctionDeclaration, MarkedTool> Tools = [];

    /// <summary>Marks copies of what is to be marked; does nothing when it is switched off, or when the caller has set marks of his own.</summary>
    public static void Apply(ProviderCall call, ref IReadOnlyList<ChatMessage> messages, ref ChatOptions? options)
    {
        if (!call.CacheBreakpoints || HasMarks(messages, options))
        {
            return;
        }

        var marked = new List<ChatMessage>(messages.Count + 1);
        if (!string.IsNullOrEmpty(options?.Instructions))
        {
            marked.Add(new ChatMessage(ChatRole.System, options.Instructions));
        }

        marked.AddRange(messages);
        if (options is not null)
        {
            options = options.Clone();
            options.Instructions = null;
            if (options.Tools is [.., AIFunctionDeclaration last] tools)
            {
                options.Tools = [.. tools.SkipLast(1), Tools.GetValue(last, static tool => new MarkedTool(tool))];
            }
        }

        int lastUser = marked.FindLastIndex(static message => message.Role == ChatRole.User);
        MarkAt(marked, marked.FindLastIndex(HistoryCheck.IsSystem));
        MarkAt(marked, lastUser > 0 && !HistoryCheck.IsSystem(marked[lastUser - 1]) ? lastUser - 1 : -1);
        MarkAt(marked, HistoryCheck.IsSystem(marked[^1]) ? -1 : marked.Count - 1);
        messages = marked;
    }

    private static bool HasMarks(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        for (int i = 0; i < (options?.Tools?.Count ?? 0); i++)
        {
            if (options!.Tools![i].AdditionalProperties.ContainsKey(CacheMarkerExtensions.Key))
            {
                return true;
            }
        }

        for (int i = 0; i < messages.Count; i++)
        {
            IList<AIContent> contents = messages[i].Contents;
            for (int j = 0; j < contents.Count; j++)
            {
                if (contents[j].AdditionalProperties?.ContainsKey(CacheMarkerExtensions.Key) == true)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static void MarkAt(List<ChatMessage> messages, int at)
    {
        if (at < 0 || messages[at].Contents is not [.., AIContent last] contents || Copy(last) is not { } copy)
        {
            return;
        }

        copy.AdditionalProperties = last.AdditionalProperties?.Clone() ?? [];
        copy.AdditionalProperties[CacheMarkerExtensions.Key] = Mark;
        ChatMessage message = messages[at].Clone();
        message.Contents = [.. contents.SkipLast(1), copy];
        messages[at] = message;
    }

    /// <summary>A copy of a text or of a tool's result; null for contents that are better sent as they are.</summary>
    private static AIContent? Copy(AIContent content) => content switch
    {
        TextContent text when text.GetType() == typeof(TextContent) && text.Text.Length > 0 => new TextContent(text.Text) { Annotations = text.Annotations, RawRepresentation = text.RawRepresentation },
        FunctionResultContent result => new FunctionResultContent(result.CallId, result.Result) { Exception = result.Exception, RawRepresentation = result.RawRepresentation },
        _ => null,
    };

    /// <summary>A tool with a mark beside its other properties.</summary>
    private sealed class MarkedTool(AIFunctionDeclaration tool) : AIFunctionDeclaration
    {
        public override string Name => tool.Name;

        public override string Description => tool.Description;

        public override JsonElement JsonSchema => tool.JsonSchema;

        public override JsonElement? ReturnJsonSchema => tool.ReturnJsonSchema;

        public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } = new Dictionary<string, object?>(tool.AdditionalProperties, StringComparer.Ordinal) { [CacheMarkerExtensions.Key] = Mark };
    }
}
