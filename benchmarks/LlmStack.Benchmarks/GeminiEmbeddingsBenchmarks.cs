using BenchmarkDotNet.Attributes;
using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Floor;
using LlmStack.Benchmarks.Subjects;
using Microsoft.Extensions.AI;

namespace LlmStack.Benchmarks;

/// <summary>As <see cref="EmbeddingsBenchmarks"/>, in Gemini's format, which has vectors as JSON numbers only.</summary>
[MemoryDiagnoser]
public class GeminiEmbeddingsBenchmarks
{
    private GeminiFloor _floor = null!;
    private LlmStackHost _traced = null!;
    private LlmStackHost _untraced = null!;
    private PlainProvider _plain = null!;

    [GlobalSetup]
    public void Setup()
    {
        WireFormat format = WireFormat.Gemini;
        CannedHandler Answer() => CannedHandler.Of(GeminiBodies.Embeddings, stream: false);
        _floor = new GeminiFloor(Answer(), format.Address, format.EmbeddingModel, Conversation.ApiKey);
        _traced = LlmStackHost.Create(new LlmStackSetup { Format = format, Handler = Answer(), Traced = true, TraceHandler = CannedHandler.Traces() });
        _untraced = LlmStackHost.Create(new LlmStackSetup { Format = format, Handler = Answer() });
        _plain = _untraced.Plain();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _traced.Flush();
        _traced.Dispose();
        _untraced.Dispose();
    }

    [Benchmark(Baseline = true, Description = "Floor-B: source-generated JSON numbers")]
    public async Task<float> Floor()
    {
        float[][] vectors = await _floor.EmbedAsync(Conversation.Inputs);
        return Check(vectors.Length, vectors[^1]);
    }

    [Benchmark(Description = "LlmStack: routed, traced")]
    public async Task<float> LlmStackTraced() => Check(await _traced.Client.EmbedAsync(LlmStackHost.EmbeddingGroup, Conversation.Inputs));

    [Benchmark(Description = "LlmStack: routed")]
    public async Task<float> LlmStackRouted() => Check(await _untraced.Client.EmbedAsync(LlmStackHost.EmbeddingGroup, Conversation.Inputs));

    [Benchmark(Description = "LlmStack: adapter alone")]
    public async Task<float> LlmStackPlain() => Check(await _plain.EmbedAsync(Conversation.Inputs));

    private static float Check(GeneratedEmbeddings<Embedding<float>> vectors) => Check(vectors.Count, vectors[^1].Vector.Span);

    private static float Check(int count, ReadOnlySpan<float> last) =>
        count == CannedBodies.EmbeddingCount && last.Length == CannedBodies.EmbeddingDimensions ? last[^1] : throw new InvalidDataException("The answer lacks vectors or dimensions.");
}
