using System.Drawing;
using System.Text;
using LlmStack.Providers;
using LlmStack.Providers.Gemini;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using static LlmStack.Tests.Providers.Gemini.GeminiWire;

namespace LlmStack.Tests.Providers.Gemini;

/// <summary>Images of the format, from models that predict them and from models that chat.</summary>
public sealed class GeminiImageTests
{
    private const string Imagen = "imagen-4.0-generate-001";

    private const string Banana = "gemini-2.5-flash-image";

    private const string Predicted = """{"predictions":[{"mimeType":"image/jpeg","bytesBase64Encoded":"/9j/AA==","prompt":"A cat, sitting"},{"mimeType":"image/png","bytesBase64Encoded":"iVBORw=="}]}""";

    private const string Drawn = """{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"},"thought":true},{"text":"Here it is."},{"inlineData":{"mimeType":"image/jpeg","data":"/9j/AA=="}}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":267,"candidatesTokenCount":1300,"totalTokenCount":1567,"promptTokensDetails":[{"modality":"TEXT","tokenCount":9},{"modality":"IMAGE","tokenCount":258}],"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290}]},"modelVersion":"gemini-2.5-flash-image","responseId":"r1"}""";

    [Fact]
    public async Task An_imagen_model_predicts_images()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Predicted));
        var capture = new CaptureStub();
        var options = new ImageGenerationOptions { Count = 2, ImageSize = new Size(1920, 1080), MediaType = "image/jpeg", ResponseFormat = ImageGenerationResponseFormat.Data, AdditionalProperties = new() { ["negativePrompt"] = "dogs" } };
        ProviderCall call = Call(Imagen, capture);
        ImageGenerationResponse response = await Face(Provider(Wire.Sockets(), new Uri(server.Address, "/v1beta"))).GenerateImagesAsync(call, new ImageGenerationRequest("A cat"), options, CancellationToken.None);

        Assert.StartsWith("POST /v1beta/models/imagen-4.0-generate-001:predict ", server.Requests[0], StringComparison.Ordinal);
        Assert.Equal("""{"instances":[{"prompt":"A cat"}],"parameters":{"sampleCount":2,"aspectRatio":"16:9","outputOptions":{"mimeType":"image/jpeg"},"includeRaiReason":true,"negativePrompt":"dogs"}}""", server.LastBody);
        Assert.Equal([("image/jpeg", 4), ("image/png", 4)], response.Contents.Cast<DataContent>().Select(static image => (image.MediaType, image.Data.Length)));
        Assert.Equal("A cat, sitting", response.Contents[0].AdditionalProperties!["revised_prompt"]);
        Assert.Null(response.Usage);
        Assert.Null(call.Report.Changes);
        Assert.Equal("""{"prompt":"A cat"}""", capture.Input);
        Assert.Equal("""[{"media_type":"image/jpeg","bytes":4},{"media_type":"image/png","bytes":4}]""", capture.Output);
    }

    [Fact]
    public async Task A_gemini_model_edits_images_in_a_chat_and_tells_its_usage()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Drawn));
        var capture = new CaptureStub();
        var options = new ImageGenerationOptions { Count = 1, ImageSize = new Size(1024, 1024), AdditionalProperties = new() { ["imageSize"] = "2K", ["seed"] = 7, ["safetySettings"] = RichChats.Json("[]") } };
        ProviderCall call = Call(Banana, capture);
        var request = new ImageGenerationRequest("Add a hat", [new DataContent("one"u8.ToArray(), "image/png"), new DataContent("two"u8.ToArray(), "image/jpeg")]);
        ImageGenerationResponse response = await Face(Provider(Wire.Sockets(), new Uri(server.Address, "/v1beta"))).GenerateImagesAsync(call, request, options, CancellationToken.None);

        Assert.StartsWith("POST /v1beta/models/gemini-2.5-flash-image:generateContent ", server.Requests[0], StringComparison.Ordinal);
        Assert.Equal("""{"contents":[{"role":"user","parts":[{"text":"Add a hat"},{"inlineData":{"mimeType":"image/png","data":"b25l"}},{"inlineData":{"mimeType":"image/jpeg","data":"dHdv"}}]}],"generationConfig":{"responseModalities":["TEXT","IMAGE"],"imageConfig":{"aspectRatio":"1:1","imageSize":"2K"},"seed":7},"safetySettings":[]}""", server.LastBody);
        VendorTypes.Load("gemini").AssertFits("GenerateContentRequest", RichChats.Json(server.LastBody));
        Assert.Equal("Here it is.", Assert.IsType<TextContent>(response.Contents[0]).Text);
        DataContent image = Assert.IsType<DataContent>(Assert.Single(response.Contents.Skip(1)));
        Assert.Equal(("image/jpeg", 4), (image.MediaType, image.Data.Length));
        Assert.Equal((267L, 1300L), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount));
        Assert.Equal((258L, 1290L), (response.Usage.AdditionalCounts!["input_image_tokens"], response.Usage.AdditionalCounts["output_image_tokens"]));
        Assert.Equal("STOP", call.Report.RawFinishReason);
        Assert.Equal("""{"prompt":"Add a hat","images":[{"media_type":"image/png","bytes":3},{"media_type":"image/jpeg","bytes":3}]}""", capture.Input);
        Assert.Equal("""[{"text":"Here it is."},{"media_type":"image/jpeg","bytes":4}]""", capture.Output);
    }

    [Theory]
    [InlineData(Imagen, 512, 512, "1:1", false)]
    [InlineData(Imagen, 1024, 1536, "3:4", true)]
    [InlineData(Imagen, 1536, 1024, "4:3", true)]
    [InlineData(Imagen, 3000, 1000, "16:9", true)]
    [InlineData("publishers/google/models/imagen-3.0-fast-generate-001", 900, 1600, "9:16", false)]
    [InlineData(Banana, 1024, 1536, "2:3", false)]
    [InlineData(Banana, 1250, 1000, "5:4", false)]
    [InlineData(Banana, 3000, 1000, "21:9", true)]
    [InlineData(Banana, 1000, 1001, "1:1", true)]
    public async Task A_size_becomes_the_nearest_shape_and_says_so_when_it_has_another(string model, int width, int height, string ratio, bool changed)
    {
        ProviderCall call = Call(model);
        string body = await BodyAsync(call, options: new ImageGenerationOptions { ImageSize = new Size(width, height) });

        Assert.Contains($"\"aspectRatio\":\"{ratio}\"", body, StringComparison.Ordinal);
        Assert.Equal(changed ? [$"ImageSize: {width}x{height} is sent as the nearest aspect ratio, {ratio}"] : null, call.Report.Changes);
    }

    public static TheoryData<string, string, ImageGenerationOptions?> Refused => new()
    {
        { Imagen, "OriginalImages: not supported by model 'imagen-4.0-generate-001'", null },
        { Imagen, "MediaType: 'image/webp'", new ImageGenerationOptions { MediaType = "image/webp" } },
        { Imagen, "ResponseFormat: 'Uri'", new ImageGenerationOptions { ResponseFormat = ImageGenerationResponseFormat.Uri } },
        { Imagen, "AdditionalProperties['sampleCount']", new ImageGenerationOptions { AdditionalProperties = new() { ["sampleCount"] = 2 } } },
        { Banana, "MediaType: 'image/png'", new ImageGenerationOptions { MediaType = "image/png" } },
        { Banana, "Count: '2'", new ImageGenerationOptions { Count = 2 } },
        { Banana, "AdditionalProperties['aspectRatio']", new ImageGenerationOptions { ImageSize = new Size(1, 1), AdditionalProperties = new() { ["aspectRatio"] = "1:1" } } },
        { Banana, "AdditionalProperties['contents']", new ImageGenerationOptions { AdditionalProperties = new() { ["contents"] = "x" } } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_cannot_be_sent_is_refused_before_anything_leaves(string model, string says, ImageGenerationOptions? options)
    {
        var handler = new BytesHandler(Encoding.UTF8.GetBytes(Predicted));
        ImageGenerationRequest request = options is null ? new("x", [new DataContent("one"u8.ToArray(), "image/png")]) : new("x");
        LlmException refusal = await Assert.ThrowsAsync<LlmException>(async () =>
            await Face(Provider(new HttpMessageInvoker(handler))).GenerateImagesAsync(Call(model), request, options, CancellationToken.None));

        Assert.Equal(LlmErrorKind.InvalidRequest, refusal.Kind);
        Assert.StartsWith(says, refusal.Message, StringComparison.Ordinal);
        Assert.Null(handler.LastBody);
    }

    [Theory]
    [InlineData(Imagen, """{"predictions":[{"raiFilteredReason":"Unsafe words. Support codes: 58061214"},{"raiFilteredReason":"Also"}]}""", LlmErrorKind.ContentPolicyViolation, "filtered every image: Unsafe words. Support codes: 58061214")]
    [InlineData(Imagen, """{"predictions":[{"bytesBase64Encoded":"!!","mimeType":"image/png"}]}""", LlmErrorKind.InvalidResponse, "without 'predictions'")]
    [InlineData(Imagen, """{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED"}}""", LlmErrorKind.RateLimited, "answered an error (429)")]
    [InlineData(Banana, """{"candidates":[{"finishReason":"IMAGE_SAFETY","finishMessage":"Unable to show it."}],"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4}}""", LlmErrorKind.ContentPolicyViolation, "answered without an image (IMAGE_SAFETY): Unable to show it.")]
    [InlineData(Banana, """{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}""", LlmErrorKind.ContentPolicyViolation, "blocked the prompt (PROHIBITED_CONTENT)")]
    [InlineData(Banana, """{"candidates":[{"content":{"parts":[{"text":"I would rather not."}]},"finishReason":"STOP"}]}""", LlmErrorKind.InvalidResponse, "answered without an image (STOP)")]
    [InlineData(Banana, """{"candidates":[{"content":{"parts":[{"thought":true,"inlineData":{"mimeType":"image/png","data":"AAAA"}}]},"finishReason":"NO_IMAGE"}]}""", LlmErrorKind.InvalidResponse, "answered without an image (NO_IMAGE)")]
    public async Task An_answer_without_an_image_fails_with_its_kind(string model, string body, LlmErrorKind kind, string says)
    {
        LlmException failure = await Assert.ThrowsAsync<LlmException>(() => BodyAsync(Call(model), body));

        Assert.Equal(kind, failure.Kind);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Imagen, """{"predictions":[{"mimeType":"no type","bytesBase64Encoded":"AAAA"}]}""")]
    [InlineData(Imagen, """{"predictions":[{"bytesBase64Encoded":"AAAA"}]}""")]
    [InlineData(Banana, """{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image","data":"AAAA"}}]},"finishReason":"STOP"}]}""")]
    public async Task An_image_that_does_not_say_what_it_is_is_a_png(string model, string body)
    {
        ImageGenerationResponse response = await Face(Provider(new HttpMessageInvoker(new BytesHandler(Encoding.UTF8.GetBytes(body))))).GenerateImagesAsync(Call(model), new ImageGenerationRequest("x"), null, CancellationToken.None);

        Assert.Equal("image/png", Assert.IsType<DataContent>(Assert.Single(response.Contents)).MediaType);
    }

    [Fact]
    public async Task Images_that_were_filtered_beside_others_are_listed()
    {
        ProviderCall call = Call(Imagen);
        await BodyAsync(call, """{"predictions":[{"raiFilteredReason":"Unsafe"},{"mimeType":"image/png","bytesBase64Encoded":"iVBORw=="}]}""");

        Assert.Equal(["images: some were filtered, Unsafe"], call.Report.Changes);
    }

    [Fact]
    public async Task Vertex_is_sent_the_same_under_its_own_paths()
    {
        var headers = new HeadersHandler();
        await Assert.ThrowsAsync<LlmException>(async () => await Face(Vertex(headers)).GenerateImagesAsync(Call(Imagen), new ImageGenerationRequest("x"), null, CancellationToken.None));
        Assert.Equal("http://test/v1/projects/p/locations/eu/publishers/google/models/imagen-4.0-generate-001:predict", headers.Address);

        var stored = new BytesHandler("""{"predictions":[{"mimeType":"image/png","gcsUri":"gs://bucket/a.png"}]}"""u8.ToArray());
        ImageGenerationResponse response = await Face(Vertex(stored)).GenerateImagesAsync(Call(Imagen), new ImageGenerationRequest("x"), new ImageGenerationOptions { AdditionalProperties = new() { ["storageUri"] = "gs://bucket", ["includeRaiReason"] = false } }, CancellationToken.None);
        Assert.Equal("""{"instances":[{"prompt":"x"}],"parameters":{"sampleCount":1,"storageUri":"gs://bucket","includeRaiReason":false}}""", stored.LastBody);
        Assert.Equal("gs://bucket/a.png", Assert.IsType<UriContent>(Assert.Single(response.Contents)).Uri.OriginalString);

        var drawn = new BytesHandler(Encoding.UTF8.GetBytes(Drawn));
        await Face(Vertex(drawn)).GenerateImagesAsync(Call(Banana), new ImageGenerationRequest("x"), new ImageGenerationOptions { MediaType = "image/jpeg", AdditionalProperties = new() { ["personGeneration"] = "ALLOW_ADULT" } }, CancellationToken.None);
        Assert.Equal("""{"contents":[{"role":"user","parts":[{"text":"x"}]}],"generationConfig":{"responseModalities":["TEXT","IMAGE"],"imageConfig":{"imageOutputOptions":{"mimeType":"image/jpeg"},"personGeneration":"ALLOW_ADULT"}}}""", drawn.LastBody);
        VendorTypes.Load("vertex").AssertFits("GenerateContentRequest", RichChats.Json(drawn.LastBody!));
    }

    [Fact]
    public async Task A_group_draws_with_gemini_and_is_billed_by_image_tokens()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Drawn));
        await using LlmStackInstance stack = LlmClientFactory.Create(llm => llm
            .AddGemini(o => { o.ApiKey = "k"; o.Endpoint = server.Address.ToString(); })
            .AddModelGroup("pictures", g => g.AddDeployment("gemini/" + Banana, static d => d.Price = new ModelPrice { InputPerMillion = 1000, OutputPerMillion = 10_000, OutputImagePerMillion = 100_000 })));
        ImageGenerationResponse response = await stack.Client.AsImageGenerator("pictures").GenerateImagesAsync("A cat", new ImageGenerationOptions { ImageSize = new Size(100, 101) });

        Assert.Equal(0.267m + 0.1m + 129m, response.GetRoute()!.Cost.Total);
        Assert.Equal(["ImageSize: 100x101 is sent as the nearest aspect ratio, 1:1"], response.GetRoute()!.Changes);
    }

    private static async Task<string> BodyAsync(ProviderCall call, string? answer = null, ImageGenerationOptions? options = null)
    {
        answer ??= call.Model.Contains("imagen", StringComparison.Ordinal) ? Predicted : Drawn;
        var handler = new BytesHandler(Encoding.UTF8.GetBytes(answer));
        await Face(Provider(new HttpMessageInvoker(handler))).GenerateImagesAsync(call, new ImageGenerationRequest("A cat"), options, CancellationToken.None);
        return handler.LastBody!;
    }

    private static IImageProvider Face(ILlmProvider provider) => Assert.IsAssignableFrom<IImageProvider>(provider.GetService(typeof(IImageProvider)));

    private static ILlmProvider Vertex(HttpMessageHandler handler) =>
        new VertexFormat().Create(new ProviderSetup("test", new ProviderOptions { Project = "p" }, new Uri("http://test/v1/projects/p/locations/eu"), new HttpMessageInvoker(handler), new FakeTimeProvider()));
}
