using System.Text;
using LlmStack.Providers.Gemini;
using LlmStack.Tests.Providers.Cohere;
using LlmStack.Tests.Providers.Gemini;
using LlmStack.Tests.Providers.Ollama;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Providers.OpenAI.Responses;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers;

/// <summary>Log probabilities come typed from every format that has them, plain and streamed in pieces.</summary>
public sealed class LogProbabilityTests
{
    private static readonly FormatWire Gemini = new(static setup => new GeminiFormat().Create(setup), "gemini-3-pro");

    [Fact]
    public async Task Gemini_s_candidates_stand_at_their_places()
    {
        const string First = """{"chosenCandidates":[{"token":"He","tokenId":1,"logProbability":-0.25}],"topCandidates":[{"candidates":[{"token":"He","logProbability":-0.25},{"token":"Yo","logProbability":-2}]}]}""";
        const string Second = """{"chosenCandidates":[{"token":"llo","logProbability":-0.5}],"topCandidates":[{"candidates":[{"token":"llo","logProbability":-0.5}]}]}""";
        string Chunk(string text, string probabilities, string finish) =>
            $$"""{"candidates":[{"content":{"parts":[{"text":"{{text}}"}],"role":"model"}{{finish}},"index":0,"logprobsResult":{{probabilities}}}],"usageMetadata":{"promptTokenCount":1},"responseId":"r"}""";
        const string Whole = """{"chosenCandidates":[{"token":"He","logProbability":-0.25},{"token":"llo","logProbability":-0.5}],"topCandidates":[{"candidates":[{"token":"He","logProbability":-0.25},{"token":"Yo","logProbability":-2}]},{"candidates":[{"token":"llo","logProbability":-0.5}]}]}""";

        await SameAsync(Gemini, Chunk("Hello", Whole, ",\"finishReason\":\"STOP\""), GeminiWire.Events(Chunk("He", First, ""), Chunk("llo", Second, ",\"finishReason\":\"STOP\"")), alternatives: true);
    }

    [Fact]
    public Task Ollama_s_list_is_one_over_all_lines()
    {
        const string First = """[{"token":"He","logprob":-0.25,"bytes":[72,101],"top_logprobs":[{"token":"He","logprob":-0.25},{"token":"Yo","logprob":-2}]}]""";
        const string Second = """[{"token":"llo","logprob":-0.5,"top_logprobs":[{"token":"llo","logprob":-0.5}]}]""";
        string Line(string text, string probabilities) => $$"""{"model":"qwen3","message":{"role":"assistant","content":"{{text}}"},"done":false,"logprobs":{{probabilities}}}""";

        return SameAsync(
            OllamaWire.Format,
            OllamaWire.Answer.Replace("\"done\":true", $"\"done\":true,\"logprobs\":{First[..^1]},{Second[1..]}", StringComparison.Ordinal),
            OllamaWire.Lines(Line("He", First), Line("llo", Second), OllamaWire.Done),
            alternatives: true);
    }

    [Fact]
    public Task Cohere_s_pieces_are_texts()
    {
        const string First = """{"text":"He","token_ids":[1],"logprobs":[-0.25]}""";
        const string Second = """{"text":"llo","token_ids":[2,3],"logprobs":[-0.375,-0.125]}""";
        string Delta(string text, string probabilities) => $$"""{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"{{text}}"} } },"logprobs":{{probabilities}}}""";

        return SameAsync(
            CohereWire.Format,
            CohereWire.Answer.Replace("\"finish_reason\":\"COMPLETE\"", $"\"finish_reason\":\"COMPLETE\",\"logprobs\":[{First},{Second}]", StringComparison.Ordinal),
            CohereWire.Events(CohereWire.Start, Delta("He", First), Delta("llo", Second), CohereWire.End()),
            alternatives: false);
    }

    [Fact]
    public Task Those_of_responses_lie_on_the_text()
    {
        const string Content = """[{"type":"output_text","text":"Hello","annotations":[],"logprobs":[{"token":"He","logprob":-0.25,"bytes":[72],"top_logprobs":[{"token":"He","logprob":-0.25},{"token":"Yo","logprob":-2}]},{"token":"llo","logprob":-0.5,"top_logprobs":[{"token":"llo","logprob":-0.5}]}]}]""";
        const string Item = $$"""{"type":"message","id":"msg_0","status":"completed","role":"assistant","content":{{Content}}}""";

        return SameAsync(
            ResponsesWire.Format,
            ResponsesWire.Answer.Replace("""[{"type":"output_text","text":"Hello","annotations":[]}]""", Content, StringComparison.Ordinal),
            ResponsesWire.Events(ResponsesWire.Created, ResponsesWire.Text("He"), ResponsesWire.Text("llo"), ResponsesWire.Done(0, Item), ResponsesWire.Completed($"[{Item}]")),
            alternatives: true);
    }

    private static async Task SameAsync(FormatWire wire, string whole, string stream, bool alternatives)
    {
        ChatResponse plain = await wire.ChatAsync(whole);
        StreamOutcome streamed = await wire.StreamAsync(Encoding.UTF8.GetBytes(stream));

        Assert.Null(streamed.Failure);
        foreach (IReadOnlyList<TokenLogProbability>? list in new[] { plain.GetLogProbabilities(), streamed.Updates.ToChatResponse().GetLogProbabilities() })
        {
            Assert.NotNull(list);
            Assert.Equal([("He", -0.25), ("llo", -0.5)], list.Select(static one => (one.Token, one.LogProbability!.Value)));
            Assert.Equal(alternatives ? [("He", -0.25), ("Yo", -2.0)] : [], list[0].Alternatives.Select(static one => (one.Token, one.LogProbability!.Value)));
        }
    }
}
