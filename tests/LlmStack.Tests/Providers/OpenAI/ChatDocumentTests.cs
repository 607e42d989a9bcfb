using LlmStack.Providers.OpenAI;

namespace LlmStack.Tests.Providers.OpenAI;

public sealed class ChatDocumentTests
{
    [Fact]
    public void An_answer_leaves_nothing_behind_for_the_next()
    {
        ChatDocument document = ChatDocument.Rent("gpt-5-mini");
        document.Read("""
            {"id":"a","model":"gpt-5-mini-2026","created":1764300000,"service_tier":"flex","system_fingerprint":"f","citations":["https://a.example"],
             "choices":[{"index":0,"finish_reason":"stop","logprobs":{"content":[]},"message":{"content":"x","refusal":"no","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}}],
             "usage":{"prompt_tokens":1,"completion_tokens":2,"cost":0.5},"message":"m"}
            """u8);
        Assert.NotNull(document.ReportedCost);
        Assert.NotNull(document.Extras);
        Assert.NotNull(document.Citations);
        document.Return();

        ChatDocument next = ChatDocument.Rent("gpt-5-nano");
        Assert.Same(document, next);
        next.Read("""{"choices":[{"message":{}}],"model":"gpt-5-nano"}"""u8);
        Assert.Equal("gpt-5-nano", next.Model);
        Assert.Null(next.Id);
        Assert.Null(next.Created);
        Assert.Null(next.ServiceTier);
        Assert.Null(next.Usage);
        Assert.Null(next.ReportedCost);
        Assert.Null(next.Extras);
        Assert.Null(next.Citations);
        Assert.Null(next.FinishReason);
        Assert.False(next.HasMessage);
        Assert.Empty(next.Fragments);
        Assert.Equal(1, next.PieceCount);
        ref ChatPiece piece = ref next.PieceAt(0);
        Assert.Null(piece.Text);
        Assert.Null(piece.Refusal);
        Assert.False(piece.HasToolCalls);

        // One that is in use is nobody else's.
        Assert.NotSame(next, ChatDocument.Rent("gpt-5-nano"));
        next.Return();
    }
}
