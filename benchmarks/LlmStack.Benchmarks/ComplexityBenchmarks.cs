using BenchmarkDotNet.Attributes;
using LlmStack.Routing;
using Microsoft.ML.Tokenizers;

namespace LlmStack.Benchmarks;

/// <summary>What the rules of <c>Complexity</c> cost for a prompt, beside counting its tokens by the tokenizer of OpenAI's current models.</summary>
[MemoryDiagnoser]
public class ComplexityBenchmarks
{
    private const string Sentence = "Please explain why the latency of our database grows at night, step by step, and compare the options we have. ";

    private TiktokenTokenizer _tokenizer = null!;
    private string _prompt = null!;

    /// <summary>About so many tokens.</summary>
    [Params(10, 100, 2_000)]
    public int Tokens { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _tokenizer = TiktokenTokenizer.CreateForEncoding("o200k_base");
        string words = string.Concat(Enumerable.Repeat(Sentence, (Tokens / _tokenizer.CountTokens(Sentence)) + 1));
        _prompt = words[.._tokenizer.GetIndexByTokenCount(words, Tokens, out _, out _)];

        // The tokenizer cuts a long text into pieces first, so a prefix of it may count a few tokens less.
        int count = _tokenizer.CountTokens(_prompt);
        if (Math.Abs(count - Tokens) > 2 + (Tokens / 20))
        {
            throw new InvalidDataException($"The prompt has {count} tokens instead of {Tokens}.");
        }
    }

    [Benchmark(Baseline = true, Description = "o200k_base: count tokens")]
    public int Tokenize() => _tokenizer.CountTokens(_prompt);

    [Benchmark(Description = "LlmStack: complexity tier")]
    public int Classify() => (int)ComplexityRules.Classify(_prompt);
}
