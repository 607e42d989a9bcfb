using LlmStack.Routing;
using LlmStack.Testing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class EmbeddingCallTests
{
    private static readonly string[] Five = ["one", "two", "three", "four", "five"];

    [Fact]
    public async Task More_inputs_than_a_request_takes_are_cut_and_put_together_in_order()
    {
        ScriptedProvider? provider = null;
        using CallHarness h = new(llm => llm
            .AddProvider("e", p => p.UseProvider(_ => provider = new ScriptedProvider { MaxBatchSize = 2 }))
            .AddModelGroup("embed", g => g.AddDeployment("e/m")));

        GeneratedEmbeddings<Embedding<float>> all = await h.Client.EmbedAsync("embed", Five);

        Assert.Equal([2, 2, 1], provider!.Calls.Select(call => call.Inputs.Count));
        Assert.Equal(Five, provider.Calls.SelectMany(call => call.Inputs));
        Assert.Equal(5, all.Count);
        for (int i = 0; i < Five.Length; i++)
        {
            Embedding<float> alone = await h.Client.EmbedAsync("embed", Five[i]);
            Assert.Equal(alone.Vector.ToArray(), all[i].Vector.ToArray());
        }

        Assert.Equal(3, all.Usage!.InputTokenCount);
        Assert.Equal("e/m", all.GetRoute()!.Deployment);
        Assert.Single(all.GetRoute()!.Attempts);
    }

    [Fact]
    public async Task A_chunk_that_fails_moves_the_whole_call_so_that_all_vectors_are_of_one_deployment()
    {
        ScriptedProvider? first = null;
        ScriptedProvider? second = null;
        using CallHarness h = new(llm => llm
            .AddProvider("e", p => p.UseProvider(_ => first = new ScriptedProvider { MaxBatchSize = 2 }))
            .AddProvider("f", p => p.UseProvider(_ => second = new ScriptedProvider()))
            .AddModelGroup("embed", g => g.AddDeployment("e/m").AddDeployment("f/m", d => d.Order = 1)));
        _ = h.Router.GetDeployments();
        first!.OnCall(2).Throw(LlmErrorKind.Overloaded);

        GeneratedEmbeddings<Embedding<float>> all = await h.Client.EmbedAsync("embed", Five);

        Assert.Equal(5, all.Count);
        Assert.Equal(5, Assert.Single(second!.Calls).Inputs.Count);
        Assert.Equal(["e/m", "f/m"], all.GetRoute()!.Attempts.Select(a => a.Deployment));
        SpanData call = h.Traces.Single("embeddings embed");
        h.Traces.ShouldHaveChild(call, "attempt 2", ObservationType.Embedding);
    }

    [Fact]
    public async Task Too_few_vectors_are_an_invalid_response()
    {
        using CallHarness h = new(llm => llm
            .AddProvider("e", p => p.UseEmbeddingGenerator(_ => new ShortGenerator()))
            .AddModelGroup("embed", g => g.AddDeployment("e/m").Configure(o => o.Policy = new CallPolicyOptions { MaxRetries = 0 })));

        LlmException error = await CallHarness.FailsAsync(() => h.Client.EmbedAsync("embed", Five));

        Assert.Equal(LlmErrorKind.InvalidResponse, error.Kind);
    }

    [Theory]
    [InlineData("same", false, true)]
    [InlineData("other", false, false)]
    [InlineData("other", true, true)]
    public async Task A_fallback_never_changes_the_model_unless_it_is_allowed(string model, bool allowed, bool falls)
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("embed", g => g.AddDeployment("a/same").FallBackTo("backup").Configure(o => o.AllowDifferentModel = allowed))
                .AddModelGroup("backup", g => g.AddDeployment($"b/{model}")),
            "a",
            "b");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.NotFound, statusCode: 404);

        if (falls)
        {
            Assert.Equal("backup", (await h.Client.EmbedAsync("embed", Five)).GetRoute()!.Group);
        }
        else
        {
            LlmException error = await CallHarness.FailsAsync(() => h.Client.EmbedAsync("embed", Five));
            Assert.Equal(LlmErrorKind.NotFound, error.Kind);
            Assert.Empty(h["b"].Calls);
        }
    }

    [Fact]
    public async Task Wishes_travel_on_the_options_and_are_taken_off()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("embed", g => g.AddDeployment("a/m").AddDeployment("b/m")), "a", "b");
        EmbeddingGenerationOptions options = new EmbeddingGenerationOptions { Dimensions = 3 }.WithRouting(new RoutingOptions { Only = ["b"] });

        GeneratedEmbeddings<Embedding<float>> all = await h.Client.EmbedAsync("embed", Five, options);

        Assert.Equal("b/m", all.GetRoute()!.Deployment);
        Assert.Equal(3, all[0].Vector.Length);
        Assert.True(Assert.Single(h["b"].Calls).EmbeddingOptions!.AdditionalProperties is null or { Count: 0 });
    }

    [Fact]
    public async Task No_inputs_and_null_inputs_are_refused_before_any_call()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("embed", g => g.AddDeployment("a/m")), "a");

        LlmException none = await CallHarness.FailsAsync(() => h.Client.EmbedAsync("embed", []));
        LlmException hole = await CallHarness.FailsAsync(() => h.Client.EmbedAsync("embed", ["x", null!]));

        Assert.Equal(LlmErrorKind.InvalidRequest, none.Kind);
        Assert.Contains("inputs[1]", hole.Message, StringComparison.Ordinal);
        Assert.Empty(h["a"].Calls);
    }

    private sealed class ShortGenerator : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>([new Embedding<float>(new float[] { 1 })]));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
