using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Providers.ChatClient;
using LlmStack.Testing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.ChatClient;

public sealed class ChatClientConformanceTests
{
    public static TheoryData<string> Names => [.. ProviderConformance.Cases(new Fixture()).Select(static c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task It_conforms(string name) => ProviderConformance.Case(new Fixture(), name).RunAsync();

    private sealed class Fixture : InProcessConformanceFixture
    {
        public override ILlmProvider CreateProvider(ConformanceScript script) => new ChatClientProvider("foreign", new PlayingClient(script), new PlayingGenerator(script));

        public override ConformanceOperations Operations => ConformanceOperations.Embeddings;
    }

    private static void Fail(ConformanceStep step)
    {
        if (step.Status is { } status)
        {
            throw new HttpRequestException(step.ErrorMessage, null, (HttpStatusCode)status);
        }
    }

    /// <summary>Somebody's generator of embeddings, which does what the script says.</summary>
    private sealed class PlayingGenerator(ConformanceScript script) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ConformanceStep step = script.Next(string.Join('\n', values));
            Fail(step);
            if (step.HoldAfter is not null)
            {
                await script.HoldAsync(cancellationToken);
            }

            var answer = (CannedVectors)step.Operation!;
            return new GeneratedEmbeddings<Embedding<float>>(answer.Vectors.Select(static vector => new Embedding<float>(vector.ToArray())))
            {
                Usage = new UsageDetails { InputTokenCount = answer.InputTokens },
            };
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

        public void Dispose()
        {
        }
    }

    /// <summary>Somebody's chat client, which does what the script says.</summary>
    private sealed class PlayingClient(ConformanceScript script) : IChatClient
    {
        public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ConformanceStep step = script.Next(messages);
            Fail(step);
            if (step.HoldAfter is not null)
            {
                await script.HoldAsync(cancellationToken);
            }

            List<AIContent> contents = [.. step.Answer.ToolCalls.Select(Call)];
            if (step.Answer.Text.Length > 0)
            {
                contents.Insert(0, new TextContent(step.Answer.Text));
            }

            return new ChatResponse(new ChatMessage(ChatRole.Assistant, contents)) { FinishReason = step.Answer.FinishReason, Usage = Usage(step.Answer) };
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ConformanceStep step = script.Next(messages);
            Fail(step);
            bool complete = false;
            try
            {
                for (int i = 0; i < step.Answer.Pieces.Count; i++)
                {
                    if (step.HoldAfter == i)
                    {
                        await script.HoldAsync(cancellationToken);
                    }

                    yield return new ChatResponseUpdate(ChatRole.Assistant, step.Answer.Pieces[i]);
                }

                yield return new ChatResponseUpdate(ChatRole.Assistant, [.. step.Answer.ToolCalls.Select(Call), new UsageContent(Usage(step.Answer))]) { FinishReason = step.Answer.FinishReason };
                complete = true;
            }
            finally
            {
                if (!complete)
                {
                    script.GivenUp();
                }
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

        public void Dispose()
        {
        }

        private static FunctionCallContent Call(CannedToolCall call) =>
            new(call.Id, call.Name, JsonSerializer.Deserialize<Dictionary<string, object?>>(call.Arguments));

        private static UsageDetails Usage(CannedAnswer answer) => new() { InputTokenCount = answer.InputTokens, OutputTokenCount = answer.OutputTokens };
    }
}
