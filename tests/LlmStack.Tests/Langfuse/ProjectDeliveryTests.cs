using LlmStack.Diagnostics;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Langfuse;

/// <summary>Several projects in one process: everybody's traces go where they belong, and nowhere else.</summary>
public sealed class ProjectDeliveryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Spans_and_scores_go_to_the_project_of_their_context()
    {
        await using LangfuseReceiver receiver = await LangfuseReceiver.StartAsync();
        await using ServiceProvider services = Build(receiver, llm => llm
            .AddLangfuse("acme", project => (project.PublicKey, project.SecretKey) = ("pk-acme", "sk-acme"))
            .AddLangfuse("zoo", project => (project.PublicKey, project.SecretKey) = ("pk-zoo", "sk-zoo")));
        ILlmTracer tracer = services.GetRequiredService<ILlmTracer>();
        TraceId acme = Trace(tracer, "acme");
        Trace(tracer, "zoo");
        Trace(tracer, null);
        using (LlmContext.Push(new LlmContext { Project = "acme" }))
        {
            tracer.Score(new ScoreData { Name = "later", TraceId = acme, Value = 1 });
        }

        FlushResult result = await tracer.FlushAsync(Patience);

        Assert.True(result.IsComplete, result.Error);
        Assert.Equal(["acme"], SpansOf(receiver, "pk-acme", "sk-acme"));
        Assert.Equal(["zoo"], SpansOf(receiver, "pk-zoo", "sk-zoo"));
        Assert.Equal(["nobody"], SpansOf(receiver, "pk-own", "sk-own"));
        Assert.Equal(["acme", "later"], ScoresOf(receiver, "pk-acme", "sk-acme").Order());
        Assert.Equal(["zoo"], ScoresOf(receiver, "pk-zoo", "sk-zoo"));
    }

    [Fact]
    public async Task An_unknown_projects_traces_are_dropped_and_counted_unless_the_default_may_have_them()
    {
        await using LangfuseReceiver receiver = await LangfuseReceiver.StartAsync();
        await using ServiceProvider strict = Build(receiver, AddAcme);
        Trace(strict.GetRequiredService<ILlmTracer>(), "stranger");
        FlushResult dropped = await strict.GetRequiredService<ILlmTracer>().FlushAsync(Patience);
        Assert.Equal((0, 2, 0), (dropped.Delivered, dropped.Dropped, dropped.Pending));
        Assert.Equal(2, dropped.DroppedByReason["no_project"]);
        Assert.Empty(receiver.Requests);

        await using ServiceProvider lenient = Build(receiver, llm => AddAcme(llm).AddLangfuse(langfuse => langfuse.UnknownProjects = UnknownProjectHandling.UseDefault));
        Trace(lenient.GetRequiredService<ILlmTracer>(), "stranger");
        Assert.Equal(2, (await lenient.GetRequiredService<ILlmTracer>().FlushAsync(Patience)).Delivered);
        Assert.Equal(["stranger"], SpansOf(receiver, "pk-own", "sk-own"));

        static ILlmStackBuilder AddAcme(ILlmStackBuilder llm) => llm.AddLangfuse("acme", project => (project.PublicKey, project.SecretKey) = ("pk-acme", "sk-acme"));
    }

    [Fact]
    public async Task A_callback_is_asked_once_for_each_project()
    {
        await using LangfuseReceiver receiver = await LangfuseReceiver.StartAsync();
        List<string> asked = [];
        await using ServiceProvider services = Build(receiver, llm => llm.AddLangfuse(project =>
        {
            asked.Add(project);
            return project == "acme" ? new LangfuseProjectOptions { PublicKey = "pk-acme", SecretKey = "sk-acme" } : null;
        }));
        ILlmTracer tracer = services.GetRequiredService<ILlmTracer>();
        foreach (string project in (string[])["acme", "other", "acme", "other"])
        {
            Trace(tracer, project);
        }

        FlushResult result = await tracer.FlushAsync(Patience);

        Assert.Equal(["acme", "other"], asked);
        Assert.Equal((4, 4), (result.Delivered, result.Dropped));
        Assert.Equal(["acme", "acme"], SpansOf(receiver, "pk-acme", "sk-acme"));
    }

    [Fact]
    public async Task One_projects_refused_key_holds_up_nobody_else()
    {
        await using LangfuseReceiver receiver = await LangfuseReceiver.StartAsync();
        await using LangfuseReceiver refusing = await LangfuseReceiver.StartAsync();
        refusing.Rule = static (_, _) => new ScriptedReply(401);
        await using ServiceProvider services = Build(receiver, llm => llm.AddLangfuse("acme", project => (project.PublicKey, project.SecretKey, project.BaseUrl) = ("pk-acme", "sk-acme", refusing.BaseUrl)));
        ILlmTracer tracer = services.GetRequiredService<ILlmTracer>();
        Trace(tracer, "acme");
        Trace(tracer, null);

        FlushResult result = await tracer.FlushAsync(Patience);

        Assert.Equal((2, 0, 2), (result.Delivered, result.Dropped, result.Pending));
        Assert.Equal(["nobody"], SpansOf(receiver, "pk-own", "sk-own"));
        ITraceSinkStatus status = Assert.IsAssignableFrom<ITraceSinkStatus>(Assert.Single(services.GetRequiredService<LlmStack.DependencyInjection.ActiveSinks>().All));
        Assert.Contains(refusing.BaseUrl, status.PauseReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_bound_to_a_region_goes_to_the_projects_whose_server_is_marked_for_it()
    {
        await using LangfuseReceiver receiver = await LangfuseReceiver.StartAsync();
        await using LangfuseReceiver elsewhere = await LangfuseReceiver.StartAsync();
        await using ServiceProvider services = Build(receiver, llm => llm
            .AddLangfuse(static langfuse => langfuse.Regions = ["eu"])
            .AddLangfuse("same", static project => (project.PublicKey, project.SecretKey) = ("pk-same", "sk-same"))
            .AddLangfuse("other", project => (project.PublicKey, project.SecretKey, project.BaseUrl) = ("pk-other", "sk-other", elsewhere.BaseUrl))
            .AddLangfuse("marked", project => (project.PublicKey, project.SecretKey, project.BaseUrl, project.Regions) = ("pk-marked", "sk-marked", elsewhere.BaseUrl, ["eu"])));
        LlmTracer tracer = services.GetRequiredService<LlmTracer>();
        foreach (string project in (string[])["same", "other", "marked"])
        {
            using (LlmContext.Push(new LlmContext { Project = project }))
            {
                SpanRecord record = tracer.StartAutomatic(project, ObservationType.Generation, 0)!;
                record.SetInput("\"secret\""u8);
                record.BoundRegion = "eu";
                tracer.End(record, 0);
            }
        }

        Assert.Equal(3, (await tracer.FlushAsync(Patience)).Delivered);
        Assert.Equal("secret", Assert.Single(receiver.Spans).Text("langfuse.observation.input"));
        Assert.Equal([("marked", "secret"), ("other", null)], elsewhere.Spans.Select(static span => (span.Name, span.Text("langfuse.observation.input"))).Order());
    }

    [Fact]
    public void Entries_without_keys_or_for_the_same_project_are_named()
    {
        string problems = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => Stack.Build(llm => llm
            .AddLangfuse("a", static project => (project.Project, project.PublicKey) = ("same", "pk"))
            .AddLangfuse("b", static project => (project.Project, project.PublicKey, project.SecretKey) = ("same", "pk", "sk"))).GetRequiredService<ILlmTracer>()).Message;

        Assert.Contains("LlmStack:Langfuse:Projects:a:SecretKey", problems, StringComparison.Ordinal);
        Assert.Contains("'same'", problems, StringComparison.Ordinal);
    }

    private static ServiceProvider Build(LangfuseReceiver receiver, Func<ILlmStackBuilder, ILlmStackBuilder> configure) => Stack.Build(llm => configure(llm.AddLangfuse(langfuse =>
    {
        langfuse.BaseUrl = receiver.BaseUrl;
        langfuse.PublicKey = "pk-own";
        langfuse.SecretKey = "sk-own";
        langfuse.ShutdownTimeout = TimeSpan.FromMilliseconds(50);
    })));

    private static TraceId Trace(ILlmTracer tracer, string? project)
    {
        using TraceScope trace = tracer.StartTrace(project ?? "nobody", new TraceContext { Project = project });
        trace.Score(project ?? "nobody", 1);
        return trace.TraceId;
    }

    private static IEnumerable<string> SpansOf(LangfuseReceiver receiver, string publicKey, string secretKey) =>
        Of(receiver, publicKey, secretKey).Where(request => request.Path == LangfuseReceiver.TracesPath).SelectMany(request => OtlpDecoder.Decode(request.Body)).Select(span => span.Name);

    private static IEnumerable<string?> ScoresOf(LangfuseReceiver receiver, string publicKey, string secretKey) =>
        Of(receiver, publicKey, secretKey).SelectMany(LangfuseReceiver.DecodeScores).Select(score => score.Body.GetProperty("name").GetString());

    private static IEnumerable<ReceivedRequest> Of(LangfuseReceiver receiver, string publicKey, string secretKey)
    {
        string credential = "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{publicKey}:{secretKey}"));
        return receiver.Requests.Where(request => request.Headers["Authorization"] == credential);
    }
}
