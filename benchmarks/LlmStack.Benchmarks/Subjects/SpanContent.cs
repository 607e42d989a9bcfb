using System.Text;
using LlmStack.Benchmarks.Canned;

namespace LlmStack.Benchmarks.Subjects;

/// <summary>What spans carry, the same for every candidate.</summary>
internal sealed record SpanContent(string Input, string Output)
{
    public const string UserId = "u-42";
    public const string SessionId = "s-7";
    public const string ResponseId = "chatcmpl-CkT2vN8yFqLr5sXwZb3GdHj7PmUeA";
    public const string ResponseModel = "gpt-5.4-mini-2026-03-17";

    /// <summary>What a step of an application records.</summary>
    public const string ScopeOutput = "5 passages: guide-17#4, guide-17#9, faq-112#1, norm-12831#33, blog-2025-11#2";

    /// <summary>About 2.3 KB: a short conversation and its answer.</summary>
    public static SpanContent Full { get; } = new(
        "[" + string.Join(',', Conversation.Messages.Select(static m => $$"""{"role":"{{m.Role}}","content":"{{m.Text}}"}""")) + "]",
        Encoding.UTF8.GetString(CannedBodies.Chat));

    /// <summary>About 100 bytes, so that the machinery weighs more than the copying.</summary>
    public static SpanContent Small { get; } = new("""[{"role":"user","content":"Which floor first?"}]""", """{"role":"assistant","content":"The top floor."}""");
}
