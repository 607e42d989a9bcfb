using System.Text.Json;
using LlmStack.IntegrationTests.Support;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.IntegrationTests;

/// <summary>The wire format against a real engine, for instance llama.cpp's server. What it says does not matter; how does.</summary>
public sealed class LiveEngineTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);
    private static readonly ChatOptions Short = new() { MaxOutputTokens = 16, Temperature = 0 };
    private static readonly ChatOptions Long = new() { MaxOutputTokens = 1_000, Temperature = 0 };

    [LiveFact]
    public async Task Chat_answers_with_usage_and_a_finish_reason()
    {
        await using TestStack stack = Over(LiveFactAttribute.Address());

        ChatResponse answer = await stack.Client.ChatAsync("live", TestStack.Say("Say something."), Short).WaitAsync(Patience);

        Assert.NotEmpty(answer.Text);
        Assert.NotNull(answer.FinishReason);
        Assert.InRange(answer.Usage!.OutputTokenCount!.Value, 1, 16);
        Assert.True(answer.Usage.InputTokenCount > 0);
        Assert.Single(answer.GetRoute()!.Attempts);
    }

    [LiveFact]
    public async Task A_stream_arrives_in_pieces_with_usage_at_its_end()
    {
        await using TestStack stack = Over(LiveFactAttribute.Address());
        var updates = new List<ChatResponseUpdate>();

        await foreach (ChatResponseUpdate update in stack.Client.ChatStreamingAsync("live", TestStack.Say("Say something."), Short))
        {
            updates.Add(update);
        }

        ChatResponse whole = updates.ToChatResponse();
        Assert.True(updates.Count(update => update.Text.Length > 0) > 1);
        Assert.NotNull(whole.FinishReason);
        Assert.InRange(whole.Usage!.OutputTokenCount!.Value, 1, 16);
        Assert.NotNull(updates[^1].GetRoute()!.Timing.FirstToken);
    }

    [LiveFact]
    public async Task A_text_is_continued_plain_and_streamed()
    {
        await using TestStack stack = Over(LiveFactAttribute.Address());
        var options = new TextCompletionOptions { MaxOutputTokens = 16, Temperature = 0, Seed = 1 };

        TextCompletion plain = await stack.Client.CompleteAsync("live", "Once upon a time", options).WaitAsync(Patience);
        string streamed = "";
        await foreach (TextCompletionUpdate update in stack.Client.CompleteStreamingAsync("live", "Once upon a time", options))
        {
            streamed += update.Text;
        }

        Assert.NotEmpty(plain.Text);
        Assert.NotEmpty(streamed);
        Assert.InRange(plain.Usage!.OutputTokenCount!.Value, 1, 16);
    }

    [LiveFact(LiveFactAttribute.EmbeddingsEndpoint)]
    public async Task Embeddings_come_one_for_each_input_and_equal_texts_are_equal()
    {
        await using TestStack stack = Over(LiveFactAttribute.Address(LiveFactAttribute.EmbeddingsEndpoint));

        GeneratedEmbeddings<Embedding<float>> vectors = await stack.Client.EmbedAsync("live", ["tea", "a much longer text about coffee", "tea"]).WaitAsync(Patience);

        Assert.Equal(3, vectors.Count);
        Assert.True(vectors[0].Vector.Length > 0);
        Assert.All(vectors, vector => Assert.Equal(vectors[0].Vector.Length, vector.Vector.Length));
        Assert.True(Cosine(vectors[0], vectors[2]) > 0.999);
        Assert.NotNull(vectors.GetRoute());
    }

    [LiveFact(LiveFactAttribute.RerankEndpoint)]
    public async Task Documents_are_ranked_each_once()
    {
        await using TestStack stack = Over(LiveFactAttribute.Address(LiveFactAttribute.RerankEndpoint));

        RerankResponse ranked = await stack.Client.RerankAsync("live", "What is tea?", ["Coffee is a drink.", "Tea is a drink.", "Stones are hard."]).WaitAsync(Patience);

        Assert.Equal([0, 1, 2], ranked.Results.Select(result => result.Index).Order());
        Assert.Equal(ranked.Results.OrderByDescending(result => result.Score), ranked.Results);
    }

    [LiveFact]
    public async Task Cancelling_in_the_middle_of_a_stream_ends_it_and_the_engine_serves_on()
    {
        await using TestStack stack = Over(LiveFactAttribute.Address());
        using var cancellation = new CancellationTokenSource();

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            int pieces = 0;
            await foreach (ChatResponseUpdate update in stack.Client.ChatStreamingAsync("live", TestStack.Say("Tell a long story."), Long, cancellation.Token))
            {
                if (update.Text.Length > 0 && ++pieces == 3)
                {
                    await cancellation.CancelAsync();
                }
            }
        });

        Assert.Equal(cancellation.Token, exception.CancellationToken);
        ChatResponse next = await stack.Client.ChatAsync("live", TestStack.Say("And now?"), Short).WaitAsync(Patience);
        Assert.NotNull(next.FinishReason);
    }

    [LiveFact]
    public async Task Of_two_engines_in_one_group_one_may_be_killed_half_way()
    {
        var engine = new Uri(LiveFactAttribute.Address());
        await using TcpProxy first = TcpProxy.To(engine);
        await using TcpProxy second = TcpProxy.To(engine);
        await using TestStack stack = Over(Through(first, engine), Through(second, engine));

        LlmException interrupted = await Assert.ThrowsAsync<LlmException>(async () =>
        {
            int pieces = 0;
            await foreach (ChatResponseUpdate update in stack.Client.ChatStreamingAsync("live", TestStack.Say("Tell a long story."), Long))
            {
                if (update.Text.Length > 0 && ++pieces == 3)
                {
                    first.Kill();
                }
            }
        });
        ChatResponse plain = await stack.Client.ChatAsync("live", TestStack.Say("Still there?"), Short).WaitAsync(Patience);
        CallRoute? streamed = null;
        await foreach (ChatResponseUpdate update in stack.Client.ChatStreamingAsync("live", TestStack.Say("Still there?"), Short))
        {
            streamed = update.GetRoute() ?? streamed;
        }

        Assert.Equal(LlmErrorKind.StreamInterrupted, interrupted.Kind);
        Assert.NotEmpty(interrupted.PartialText!);
        Assert.StartsWith("e2/", plain.GetRoute()!.Deployment, StringComparison.Ordinal);
        Assert.StartsWith("e2/", streamed!.Deployment, StringComparison.Ordinal);
        Assert.Equal(LlmErrorKind.Network, plain.GetRoute()!.Attempts[0].Error);
    }

    [LiveFact]
    public async Task An_answer_in_a_form_keeps_it()
    {
        await using TestStack stack = Over(LiveFactAttribute.Address());
        JsonElement schema = JsonDocument.Parse("""{"type":"object","properties":{"sky":{"type":"string","enum":["blue","grey"]},"degrees":{"type":"integer"}},"required":["sky","degrees"],"additionalProperties":false}""").RootElement;
        var options = new ChatOptions { MaxOutputTokens = 200, Temperature = 0, ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "weather") };

        ChatResponse answer = await stack.Client.ChatAsync("live", TestStack.Say("How is the weather?"), options).WaitAsync(Patience);

        if (answer.FinishReason != ChatFinishReason.Length)
        {
            using var document = JsonDocument.Parse(answer.Text);
            Assert.Contains(document.RootElement.GetProperty("sky").GetString(), new[] { "blue", "grey" });
        }

        Assert.StartsWith("{", answer.Text.TrimStart(), StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task A_demanded_tool_is_called_plain_and_streamed()
    {
        await using TestStack stack = Over(LiveFactAttribute.Address());
        AIFunction tool = AIFunctionFactory.Create(static (bool loud) => loud ? "rang" : "blinked", "alarm", "Raises an alarm");
        var options = new ChatOptions { MaxOutputTokens = 200, Temperature = 0, Tools = [tool], ToolMode = ChatToolMode.RequireAny };

        ChatResponse plain = await stack.Client.ChatAsync("live", TestStack.Say("Raise it."), options).WaitAsync(Patience);
        var updates = new List<ChatResponseUpdate>();
        await foreach (ChatResponseUpdate update in stack.Client.ChatStreamingAsync("live", TestStack.Say("Raise it."), options))
        {
            updates.Add(update);
        }

        foreach (ChatResponse answer in new[] { plain, updates.ToChatResponse() }.Where(static one => one.FinishReason != ChatFinishReason.Length))
        {
            Assert.Equal(ChatFinishReason.ToolCalls, answer.FinishReason);
            Assert.Equal("alarm", answer.Messages[^1].Contents.OfType<FunctionCallContent>().First().Name);
        }
    }

    [LiveFact]
    public async Task Log_probabilities_come_for_every_token()
    {
        await using TestStack stack = Over(LiveFactAttribute.Address());
        var options = new ChatOptions { MaxOutputTokens = 8, Temperature = 0, AdditionalProperties = new() { ["logprobs"] = true, ["top_logprobs"] = 2 } };

        ChatResponse plain = await stack.Client.ChatAsync("live", TestStack.Say("Say something."), options).WaitAsync(Patience);
        var updates = new List<ChatResponseUpdate>();
        await foreach (ChatResponseUpdate update in stack.Client.ChatStreamingAsync("live", TestStack.Say("Say something."), options))
        {
            updates.Add(update);
        }

        Assert.Equal(plain.Usage!.OutputTokenCount, plain.GetLogProbabilities()!.Count);
        Assert.All(plain.GetLogProbabilities()!, static token => Assert.Equal(2, token.Alternatives.Count));
        Assert.NotEmpty(updates.ToChatResponse().GetLogProbabilities()!);
    }

    private static string Through(TcpProxy proxy, Uri engine) => $"http://127.0.0.1:{proxy.Port}{engine.AbsolutePath}";

    private static TestStack Over(params string[] addresses) => TestStack.Create(llm =>
    {
        for (int i = 0; i < addresses.Length; i++)
        {
            llm.AddOpenAICompatible($"e{i + 1}", addresses[i]);
        }

        llm.AddModelGroup("live", group =>
        {
            for (int i = 0; i < addresses.Length; i++)
            {
                int order = i;
                group.AddDeployment($"e{i + 1}/{LiveFactAttribute.Model}", d => d.Order = order);
            }
        });
        TestStack.SendTo(llm, receiver: null);
    });

    private static double Cosine(Embedding<float> a, Embedding<float> b)
    {
        double dot = 0, normA = 0, normB = 0;
        for (int i = 0; i < a.Vector.Length; i++)
        {
            dot += a.Vector.Span[i] * b.Vector.Span[i];
            normA += a.Vector.Span[i] * a.Vector.Span[i];
            normB += b.Vector.Span[i] * b.Vector.Span[i];
        }

        return dot / Math.Sqrt(normA * normB);
    }
}
