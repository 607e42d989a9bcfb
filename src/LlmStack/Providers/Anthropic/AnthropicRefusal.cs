using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>What the model said when it refused.</summary>
internal static class AnthropicRefusal
{
    public static void AddTo(IList<AIContent> contents, AnthropicDocument document)
    {
        if (document.StopReason == "refusal" || document.Refusal is not null)
        {
            contents.Add(new ErrorContent(document.Refusal ?? "The model refused to answer.") { ErrorCode = "Refusal", Details = document.RefusalCategory });
        }
    }
}
