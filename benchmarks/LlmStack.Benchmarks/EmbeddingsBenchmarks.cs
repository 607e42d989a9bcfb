using BenchmarkDotNet.Attributes;
using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Floor;
using LlmStack.Benchmarks.Rivals;
using LlmStack.Benchmarks.Subjects;
using Microsoft.Extensions.AI;

namespace LlmStack.Benchmarks;

/// <summary>What 16 embeddings of 1,536 dimensions cost.</summary>
[MemoryDiagnoser]
public class EmbeddingsBenchmarks
{
    private FloorClient _floor = null!;
    private FloorClient _floorNumbers = null!;
    private LlmStackHost _traced = null!;
    private LlmStackHost _untraced = null!;
    private PlainProvider _plain = null!;
    private IEmbeddingGenerator<string, Embedding<float>> _sdk = null!;

    [GlobalSetup]
    public void Setup()
    {
        _floor = new FloorClient(CannedHandler.EmbeddingsBase64(), OpenAISdk.DefaultAddress, Conversation.ApiKey);
        _floorNumbers = new FloorClient(CannedHandler.EmbeddingsNumbers(), OpenAISdk.DefaultAddress, Conversation.ApiKey);
        _traced = LlmStackHost.Create(new LlmStackSetup { Handler = CannedHandler.EmbeddingsBase64(), Traced = true, TraceHandler = CannedHandler.Traces() });
        _untraced = LlmStackHost.Create(new LlmStackSetup { Handler = CannedHandler.EmbeddingsBase64() });
        _plain = _untraced.Plain();
        _sdk = OpenAISdk.Embeddings(CannedHandler.EmbeddingsBase64());
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _traced.Flush();
        _traced.Dispose();
        _untraced.Dispose();
    }

    [Benchmark(Baseline = true, Description = "Floor-B: source-generated JSON, base64")]
    public async Task<float> Floor() => Check(await _floor.EmbedBase64Async(Conversation.EmbeddingModel, Conversation.Inputs));

    [Benchmark(Description = "Floor-B with JSON numbers")]
    public async Task<float> FloorNumbers() => Check(await _floorNumbers.EmbedNumbersAsync(Conversation.EmbeddingModel, Conversation.Inputs));

    [Benchmark(Description = "LlmStack: routed, traced")]
    public async Task<float> LlmStackTraced() => Check(await _traced.Client.EmbedAsync(LlmStackHost.EmbeddingGroup, Conversation.Inputs));

    [Benchmark(Description = "LlmStack: routed")]
    public async Task<float> LlmStackRouted() => Check(await _untraced.Client.EmbedAsync(LlmStackHost.EmbeddingGroup, Conversation.Inputs));

    [Benchmark(Description = "LlmStack: adapter alone")]
    public async Task<float> LlmStackPlain() => Check(await _plain.EmbedAsync(Conversation.Inputs));

    [Benchmark(Description = "Microsoft.Extensions.AI.OpenAI")]
    public async Task<float> ExtensionsAI() => Check(await _sdk.GenerateAsync(Conversation.Inputs));

    private static float Check(float[][] vectors) =>
        vectors is { Length: CannedBodies.EmbeddingCount } && vectors[^1].Length == CannedBodies.EmbeddingDimensions
            ? vectors[^1][^1]
            : throw new InvalidDataException("The answer lacks vectors or dimensions.");

    private static float Check(GeneratedEmbeddings<Embedding<float>> vectors) =>
        vectors is { Count: CannedBodies.EmbeddingCount } && vectors[^1].Vector.Length == CannedBodies.EmbeddingDimensions
            ? vectors[^1].Vector.Span[^1]
            : throw new InvalidDataException("The answer lacks vectors or dimensions.");
}
